import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from './clock.ts';
import { exchange } from './exchange.ts';
import { addressOf, checkNumbers, either, type SendingOptions } from './options.ts';
import { failureOf, objectOf } from './outcome.ts';
import { withRetry } from './retry.ts';
import { SendError } from './send-error.ts';
import { sign } from './sign.ts';

export interface ClientOptions extends SendingOptions {
  /** The name of the source, as it is in ingest's `SOURCES_FILE`. */
  source: string;
  /** One of the source's secrets. */
  secret: string;
}

/** An event in one of the shapes that ingest understands. */
export type WebhookEvent = Readonly<Record<string, unknown>> &
  (
    | { readonly event: string; readonly data: object }
    | { readonly event_type: string; readonly payload: object }
    | { readonly articleId: string; readonly action: string }
  );

/** The event is in Kafka, or of a type that Switchboard does not handle. */
export type Sent =
  | {
      /** `duplicate`: an event with this id was accepted before, perhaps in an attempt whose answer was lost. */
      readonly status: 'accepted' | 'duplicate';
      readonly attempts: number;
      /** The body of the answer. */
      readonly answer: Readonly<Record<string, unknown>>;
    }
  | {
      readonly status: 'skipped';
      readonly reason: string;
      /** What the sender may have meant. */
      readonly hint: string | undefined;
      readonly attempts: number;
      readonly answer: Readonly<Record<string, unknown>>;
    };

export interface SendOptions {
  signal?: AbortSignal;
}

/** Sends signed webhooks of one source. Both methods throw only SendError. */
export interface Client {
  /** Sends an event. One without an id gets one, so that its repeats have no second effect. */
  send(event: WebhookEvent, options?: SendOptions): Promise<Sent>;
  /** Sends a body of JSON as it is. Put an id into it: without one, a repeat may have a second effect. */
  sendRaw(body: string | Uint8Array<ArrayBuffer>, options?: SendOptions): Promise<Sent>;
}

/** @param clock for tests */
export function createClient(options: ClientOptions, clock: Clock = systemClock): Client {
  const { url, source, secret, fetch = globalThis.fetch, timeoutMs = 10_000, retry = {} } = options;
  checkNumbers({ timeoutMs, ...retry });
  if (!/^[\w-]+$/.test(source)) throw new SendError('INVALID_OPTION', 'source must be the name of a source.');
  if (secret === '') throw new SendError('INVALID_OPTION', 'secret must not be empty.');
  const address = addressOf(url, `webhooks/${source}`);

  function sendRaw(body: string | Uint8Array<ArrayBuffer>, more: SendOptions = {}): Promise<Sent> {
    const signal = either(options.signal, more.signal);
    return withRetry({ retry, signal, clock }, async (attempts) => {
      const headers = () => sign(body, secret, clock.now());
      const answer = await exchange({ fetch, clock, url: address, timeoutMs, signal, headers, body });
      const sent = answer.status === 200 ? sentOf(answer.text, attempts) : undefined;
      if (sent === undefined) throw failureOf(answer, clock.now());
      return sent;
    });
  }

  return {
    sendRaw,
    async send(event, more) {
      return sendRaw(jsonOf(withId(event)), more);
    },
  };
}

function sentOf(text: string, attempts: number): Sent | undefined {
  const answer = objectOf(text);
  if (answer?.received === true)
    return { status: answer.duplicate === true ? 'duplicate' : 'accepted', attempts, answer };
  if (answer?.skipped !== true) return undefined;
  const hint = typeof answer.hint === 'string' ? answer.hint : undefined;
  return { status: 'skipped', reason: String(answer.reason), hint, attempts, answer };
}

/** Next to an article's fields, only `event_id` is the event's id. */
function withId(event: WebhookEvent): object {
  const keys = 'event' in event || 'event_type' in event ? ['event_id', 'eventId', 'id'] : ['event_id'];
  const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
  return keys.some((key) => isGiven(event[key])) ? event : { ...event, event_id: randomUUID() };
}

function jsonOf(event: object): string {
  try {
    return JSON.stringify(event);
  } catch (cause) {
    throw new SendError('INVALID_EVENT', 'The event cannot be written as JSON.', { cause });
  }
}
