/** A flow as its author writes it; `form.ts` has checked the form. */
export interface RawFlow {
  readonly version?: number;
  readonly description?: string;
  readonly on?: RawSlot;
  readonly all?: readonly RawSlot[];
  readonly any?: readonly RawSlot[];
  readonly when?: string;
  readonly correlate?: RawPlace;
  readonly within?: string;
  readonly once?: string;
  readonly user?: RawPlace;
  readonly conversation?: RawPlace;
  readonly set?: RawSet;
  readonly then?: RawStep | readonly RawStep[];
  readonly otherwise?: RawStep | readonly RawStep[];
}

export type RawPlace = string | readonly string[];

export type RawSlot =
  | string
  | { readonly event: string; readonly as?: string; readonly when?: string; readonly correlate?: RawPlace }
  | { readonly [type: string]: string };

export type RawValue = string | number | boolean;
export type RawValues = { readonly [name: string]: RawValue };
export type RawSet = {
  readonly [variable: string]: RawValue | null | { readonly value: RawValue | null; readonly ttl?: string };
};

export interface RawStep {
  readonly message?: string | RawMessage;
  readonly node?: string | { readonly name: string; readonly variables?: RawValues };
  readonly action?: string | { readonly name: string; readonly input?: RawValues; readonly for?: RawValues };
  readonly event?: { readonly type: string; readonly fields: RawValues };
  readonly set?: RawSet;
}

export interface RawMessage {
  /** The name of a message, or its texts. */
  readonly text: string | RawTexts;
  readonly title?: string;
  readonly solicited?: boolean;
  readonly urgent?: boolean;
  readonly expires?: string;
}

export type RawTexts = { readonly [locale: string]: string };
