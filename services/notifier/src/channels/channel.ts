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

/** Resolves on delivery. The `FailureHint` of its error controls retries. */
export type Send = (delivery: Delivery, signal: AbortSignal) => Promise<void>;
