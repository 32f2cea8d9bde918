import type { AnyEvent, EventType } from '@switchboard/events';
import type { Json, VariableChange } from '../context/variables.ts';

/** A flow as its file defines it, checked and compiled. */
export interface Flow {
  readonly name: string;
  readonly version: number;
  /** `on` has one slot; `any` is complete with its first slot, `all` with every slot. */
  readonly kind: 'on' | 'all' | 'any';
  readonly slots: readonly Slot[];
  /** From the first event of an instance to its time-out. */
  readonly withinMs: number | undefined;
  /** How often one key may complete: once for ever, once in so many ms, or with each event. */
  readonly once: 'key' | 'always' | { readonly everyMs: number };
  /** The hash of the definition: a version is never changed in place. */
  readonly hash: string;
  /** The definition in its normal form, from which `compileFlow` makes this flow again. */
  readonly definition: Json;
  /** What the event fills in this flow. Pure. @throws FlowError when an expression fails on the event */
  match(event: AnyEvent): Match | undefined;
  /** What happens when the set is complete. @throws FlowError */
  complete(instance: FilledInstance): Outcome;
  /** What happens when the time is over; undefined without `otherwise`. @throws FlowError */
  timeOut(instance: FilledInstance): Outcome | undefined;
}

export interface Slot {
  readonly type: EventType;
  /** The name of the event in expressions. */
  readonly as: string;
}

export interface Match {
  readonly slot: number;
  /** The value of `correlate`; events of one key belong to one instance. */
  readonly key: string;
  /** The parts of the event that later expressions read, and its id and time; nothing else is stored. */
  readonly kept: Kept;
}

export interface Kept {
  readonly eventId: string;
  readonly occurredAt: number;
  readonly hops: number;
  readonly fields: { readonly [name: string]: Json };
}

/** An instance with the events that it has; `slots[n]` belongs to `flow.slots[n]`. */
export interface FilledInstance {
  readonly tenant: string;
  readonly key: string;
  readonly slots: readonly (Kept | undefined)[];
}

export interface Outcome {
  readonly changes: readonly VariableChange[];
  readonly effects: readonly Effect[];
  /** What is not done because the events name no user or conversation, for the log: `message: no user`. */
  readonly skipped: readonly string[];
}

export type Effect =
  | {
      readonly kind: 'message';
      readonly userId: string;
      readonly conversationId: string | undefined;
      readonly title: string | undefined;
      /** The rendered text by locale; the first is the default. */
      readonly texts: { readonly [locale: string]: string };
      readonly solicited: boolean;
      readonly urgent: boolean;
      readonly expiresAfterMs: number;
    }
  | {
      readonly kind: 'node';
      readonly node: string;
      readonly userId: string | undefined;
      readonly conversationId: string | undefined;
      readonly variables: { readonly [name: string]: Json };
    }
  | {
      readonly kind: 'action';
      readonly action: string;
      readonly userId: string | undefined;
      readonly conversationId: string | undefined;
      /** Whom the flow acts for: the action judges what is theirs by it. */
      readonly actsFor: { readonly email?: string; readonly userId?: string } | undefined;
      readonly input: { readonly [name: string]: Json };
    }
  | {
      readonly kind: 'event';
      readonly type: EventType;
      readonly fields: { readonly [name: string]: Json };
      readonly hops: number;
    };
