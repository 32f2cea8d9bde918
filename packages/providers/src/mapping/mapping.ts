import type { EventType } from '@switchboard/events';

/**
 * CEL over `body` (the item), `headers` (those that the provider names) and, inside of `each`, `item`. An expression
 * that reads an absent field has no value; a condition that does is not met. A plain path such as `body.sender.email`
 * moves the field: it is taken out of the rest, which becomes `meta.extra`.
 */
export type Expression = string;

/** Where a field comes from: the first expression that has a value. */
export type Place = Expression | readonly Expression[];

/** A list of records, made from each item of a sent list. */
export interface Each {
  readonly each: Expression;
  readonly fields: Readonly<Record<string, Place>>;
}

/** An event that an item becomes if the condition is met. */
export interface EventRule {
  readonly type: EventType;
  /** Default: always. */
  readonly when?: Expression;
  /** The sender's id of the event. */
  readonly id?: Place;
  /** When it happened: an ISO 8601 time, or seconds or milliseconds since 1970. */
  readonly at?: Place;
  /** By the path of the event's field, such as `customer.email`. */
  readonly fields: Readonly<Record<string, Place | Each>>;
}

/** How the items of a sender become events. Each rule whose condition is met makes an event: none, one or several. */
export interface Mapping {
  readonly events: readonly EventRule[];
  /** Paths that say nothing an event could hold. They stay in `meta.extra`, but are not reported as unknown. */
  readonly ignore?: readonly string[];
}
