import { PermanentError } from '@switchboard/consumer';
import type { Target } from '@switchboard/outbound';
import type { Delivery, Send } from './channel.ts';

interface Answer {
  ok?: boolean;
  error?: string;
  channel?: { id?: string };
  ts?: string;
  messages?: { ts?: string; metadata?: { event_payload?: { id?: string } } }[];
  response_metadata?: { next_cursor?: string };
}

/** A retry may succeed. */
const TEMPORARY = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
]);
/** Slack refuses the app, not the message. */
const APP_REFUSED = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'ekm_access_denied',
]);

const PAGE_SIZE = 100;
/** A page of the longest messages, 40,000 characters each. */
export const MAX_RESPONSE_BYTES = 16 * 1_048_576;
const EVENT_TYPE = 'switchboard_notification';
/** Slack's clock may differ from ours. */
const CLOCK_DIFFERENCE_MS = 10 * 60_000;

/**
 * Slack has no idempotency keys. Messages carry their id as metadata, and a possible repetition looks for it first.
 * Templates escape values, and `mrkdwn` is off, so values cannot add markup.
 */
export function createSlack(target: Pick<Target, 'request' | 'credentialsRefused'>): Send {
  async function call(method: string, body: object, signal: AbortSignal): Promise<Answer> {
    const request = { method: 'POST', path: `/api/${method}` } as const;
    const response = await target.request({ ...request, body, signal });
    const answer = (response.body ?? {}) as Answer;
    if (answer.ok === true) return answer;
    const error = /^[a-z_]{1,50}$/.test(answer.error ?? '') ? answer.error : undefined;
    if (error === undefined || TEMPORARY.has(error)) throw new Error(`slack answered ${error ?? 'without ok'}`);
    if (APP_REFUSED.has(error)) throw target.credentialsRefused(request, error);
    throw new PermanentError('SLACK_REFUSED', `slack answered ${error}`);
  }

  /** Opens the conversation with a person. Other addresses are conversation ids. */
  async function conversationOf(address: string, signal: AbortSignal): Promise<string> {
    if (!/^[UW]/.test(address)) return address;
    const { channel } = await call('conversations.open', { users: address }, signal);
    if (typeof channel?.id !== 'string') throw new Error('slack answered conversations.open without an id');
    return channel.id;
  }

  /** The message that an earlier attempt posted. */
  async function find(
    channel: string,
    { id, since }: Delivery,
    signal: AbortSignal,
  ): Promise<{ ts?: string } | undefined> {
    const oldest = String((since - CLOCK_DIFFERENCE_MS) / 1_000);
    let cursor: string | undefined;
    do {
      const page = { channel, oldest, limit: PAGE_SIZE, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
      const answer: Answer = await call('conversations.history', page, signal);
      const posted = answer.messages?.find(({ metadata }) => metadata?.event_payload?.id === id);
      if (posted !== undefined) return posted;
      cursor = answer.response_metadata?.next_cursor;
    } while (cursor);
    return undefined;
  }

  return async (delivery, signal) => {
    const { id, address, text, again } = delivery;
    const channel = await conversationOf(address, signal);
    const earlier = again ? await find(channel, delivery, signal) : undefined;
    if (earlier !== undefined) return earlier.ts;
    const metadata = { event_type: EVENT_TYPE, event_payload: { id } };
    const plain = { mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false };
    const { ts } = await call('chat.postMessage', { channel, text, metadata, ...plain }, signal);
    return ts;
  };
}
