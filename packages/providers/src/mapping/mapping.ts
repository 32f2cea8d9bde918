import type { EventType } from '@switchboard/events';

/**
 * CEL over `body` (the item), `headers` (those that the provider names), `data` (in mappings with shapes: the object
 * that holds the event's fields) and, inside of `each`, `item`. An expression that reads an absent field has no value; a
 * condition that does is not met. A plain path such as `body.sender.email` moves the field: it is taken out of the
 * rest, which becomes `meta.extra`.
 */
export type Expression = string;

/** Where a field comes from: the first expression that has a value. */
export type Place = Expression | readonly Expression[];

/** A list of records, made from each item of a sent list. */
export interface Each {
  readonly each: Place;
  readonly fields: Readonly<Record<string, Place>>;
}

/** By the path of the event's field, such as `customer.email`. */
export type Fields = Readonly<Record<string, Place | Each>>;

/** An event that an item becomes if the condition is met. */
export interface EventRule {
  readonly type: EventType;
  /** Default: always. */
  readonly when?: Expression;
  /** The sender's id of the event. */
  readonly id?: Place;
  /** When it happened: an ISO 8601 time, or seconds or milliseconds since 1970. */
  readonly at?: Place;
  readonly fields: Fields;
}

/** An envelope that names its event. The fields of its `data` that have the schema's names are taken as they are. */
export interface Shape {
  /** Default: the name is there. */
  readonly when?: Expression;
  /** A path. */
  readonly name: Expression;
  /** Stands before the name. */
  readonly prefix?: string;
  /** The path of the object that holds the event's fields. Key fields next to it are taken where it lacks them. */
  readonly data: Expression;
  readonly id?: Place;
  readonly at?: Place;
  /** The path, next to `data`, of the id of what the event is about. */
  readonly entity?: Expression;
  /** The path, next to `data`, of the id of the person. */
  readonly person?: Expression;
}

/** What a name means, where that depends on what was sent. */
export type Meaning =
  /** The type for the first of the values that is in the table, compared as lower-case text; `*` is any value. */
  | { readonly by: Place; readonly is: Readonly<Record<string, EventType>> }
  | { readonly when?: Expression; readonly type: EventType };

/** How the items of a sender become events. */
export interface Mapping {
  /** Each rule whose condition is met makes an event: none, one or several. */
  readonly events?: readonly EventRule[];
  /** Tried in order if no rule is met: the first that fits names the event. */
  readonly shapes?: readonly Shape[];
  /** The sender's names, besides those of the catalogue; of several meanings, the first that applies. */
  readonly names?: Readonly<Record<string, EventType | readonly Meaning[]>>;
  /** More places of an event's fields, which count before those of the rules and where `data` lacks the field. */
  readonly fields?: Readonly<Partial<Record<EventType, Fields>>>;
  /** Paths, such as `body.version`, that say nothing an event could hold. They stay in `meta.extra`, but are not reported as unknown. */
  readonly ignore?: readonly string[];
  /** What the sender calls an item, for the log when it becomes no event. */
  readonly called?: Place;
  /** `any`: each name in a path is understood in camelCase and in snake_case. Default: as written. */
  readonly spellings?: 'any';
  /** What applies where this mapping says nothing. */
  readonly base?: Mapping;
}
