import type { EventType } from '@switchboard/events';

/** CEL. */
export type Expression = string;

/** The first of the expressions that has a value. */
export type Place = readonly Expression[];

/** A flow in its normal form: everything that it says, and nothing by default. JSON. */
export interface FlowDefinition {
  readonly name: string;
  readonly version: number;
  readonly kind: 'on' | 'all' | 'any';
  readonly slots: readonly SlotDefinition[];
  readonly withinMs?: number;
  readonly once: 'key' | 'always' | { readonly everyMs: number };
  /** Whose variables and messages these are; none when no event of the flow names a person. */
  readonly user: Place;
  readonly conversation: Place;
  readonly then: readonly StepDefinition[];
  readonly otherwise?: readonly StepDefinition[];
}

export interface SlotDefinition {
  readonly event: EventType;
  readonly as: string;
  readonly when?: Expression;
  readonly correlate: Place;
}

export type Table = { readonly [name: string]: Expression };

export type StepDefinition =
  | { readonly set: readonly VariableDefinition[] }
  | { readonly message: MessageDefinition }
  | { readonly node: { readonly name: string; readonly variables: Table } }
  | { readonly action: { readonly name: string; readonly input: Table; readonly for?: Table } }
  | { readonly event: { readonly type: EventType; readonly fields: Table } };

export interface VariableDefinition {
  readonly scope: 'user' | 'conversation';
  readonly name: string;
  /** Null removes the variable. */
  readonly value: Expression | null;
  readonly ttlMs?: number;
}

export interface MessageDefinition {
  /** Which of the texts people get whose locale has none. */
  readonly defaultLocale: string;
  /** Text with `${…}` placeholders, by locale. */
  readonly texts: { readonly [locale: string]: string };
  readonly title?: string;
  readonly solicited: boolean;
  readonly urgent: boolean;
  readonly expiresAfterMs: number;
}
