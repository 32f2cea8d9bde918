export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export type Scope = 'user' | 'conversation';

/** One value that an event gives to a variable. Applying it again changes nothing. */
export interface VariableChange {
  readonly tenant: string;
  readonly scope: Scope;
  /** The user's or the conversation's id. */
  readonly id: string;
  readonly name: string;
  /** Undefined removes the variable. */
  readonly value: Json | undefined;
  /** The newest event time wins; the event id decides between equal times. */
  readonly eventTime: number;
  readonly eventId: string;
  readonly ttlMs?: number | undefined;
  /** For a conversation: the user of the event, whose erasure removes the variable. */
  readonly userId?: string | undefined;
}

export interface Variables {
  /** Concurrent calls share a statement. */
  set(changes: readonly VariableChange[]): Promise<void>;
}
