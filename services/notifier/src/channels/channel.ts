import type { Content } from '../texts/templates.ts';

/** A message for a channel to deliver. */
export interface Delivery extends Content {
  /** The same for every attempt. */
  readonly id: string;
  /** The event type, or `digest`. */
  readonly type: string;
  /** A user of the chat platform, a Slack conversation, an e-mail address, a URL. */
  readonly address: string;
  /** The conversation of the chat platform that it belongs to. */
  readonly conversationId?: string | undefined;
  /** True if the outcome of an earlier attempt is unknown: it may have been delivered. */
  readonly again: boolean;
  /** The earliest time of an attempt (epoch ms). */
  readonly since: number;
}

/**
 * Resolves on delivery, with the id that the message has outside, if it has one. The `FailureHint` of its error
 * controls retries, and its `target` names the system that is unavailable.
 */
export type Send = (delivery: Delivery, signal: AbortSignal) => Promise<string | undefined>;

/** One outside system that delivers the messages of a channel. */
export interface Outlet {
  /** The same as the `target` of its errors: `smtp`. */
  readonly name: string;
  readonly send: Send;
}
