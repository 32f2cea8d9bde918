import { randomUUID } from 'node:crypto';
import type { SendOptions } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Item, pack } from './events-request.ts';
import { exchange } from './exchange.ts';
import { addressOf, checkNumbers, either, type SendingOptions } from './options.ts';
import { failureOf, resultsOf } from './outcome.ts';
import { withRetry } from './retry.ts';
import { type EventResult, SendError } from './send-error.ts';

export interface EventsClientOptions extends SendingOptions {
  /** An API key; the alternative is `token`. */
  apiKey?: string;
  /** Returns a JWT that is valid now. Called for each attempt. */
  token?: (signal: AbortSignal) => string | Promise<string>;
  /** Of one request; default 500. */
  maxEvents?: number;
  /** Of one request; default 1 MiB. */
  maxBytes?: number;
}

/** An event as `POST /v1/events` takes it. */
export interface Event {
  /** An event type of the catalogue. */
  readonly type: string;
  /** Identifies the event: a repeat with the same id has no second effect. Default a new UUID. */
  readonly id?: string;
  readonly time?: string | Date;
  readonly source?: string;
  readonly data: object;
}

export interface EventsClient {
  /**
   * Sends events in as many requests as they need, one after the other, and repeats those that could not be stored.
   * @returns a result for each event, in their order: `accepted`, `duplicate` or `invalid`
   * @throws SendError when an event was not stored; its `results` say which are, and which are `unavailable`
   */
  send(events: readonly Event[], options?: SendOptions): Promise<EventResult[]>;
}

/** @param clock for tests */
export function createEventsClient(options: EventsClientOptions, clock: Clock = systemClock): EventsClient {
  const {
    url,
    fetch = globalThis.fetch,
    timeoutMs = 10_000,
    retry = {},
    maxEvents = 500,
    maxBytes = 1_048_576,
  } = options;
  checkNumbers({ timeoutMs, maxEvents, maxBytes, ...retry });
  const headers = authorizationOf(options);
  const address = addressOf(url, 'v1/events');

  /** Sends the events of one request until none is unavailable, and notes each result. */
  async function deliver(
    request: readonly Item[],
    results: EventResult[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let open = request;
    await withRetry({ retry, signal, clock }, async () => {
      const body = `{"events":[${open.map(({ json }) => json).join()}]}`;
      const answer = await exchange({ fetch, clock, url: address, timeoutMs, signal, headers, body });
      const given = resultsOf(
        answer.text,
        open.map(({ id }) => id),
      );
      if (given === undefined) throw failureOf(answer, clock.now());
      for (const [index, { position }] of open.entries()) results[position] = given[index] as EventResult;
      open = open.filter((_, index) => given[index]?.status === 'unavailable');
      if (open.length === 0) return;
      const { status, retryAfterMs } = answer;
      const message = `${open.length} of the ${request.length} events of a request could not be stored.`;
      throw new SendError('UNAVAILABLE', message, { status, retryAfterMs });
    });
  }

  return {
    async send(events, more = {}) {
      const signal = either(options.signal, more.signal);
      const named = events.map((event) => ({ ...event, id: event.id || randomUUID() }));
      const { requests, results } = pack(named, { maxEvents, maxBytes });
      for (const request of requests) {
        try {
          await deliver(request, results, signal);
        } catch (error) {
          throw error instanceof SendError ? error.with(results) : error;
        }
      }
      return results;
    },
  };
}

const TOKEN = /^[\x21-\x7e]+$/;

/** A key that no header can hold would be repeated by the error of fetch. */
function authorizationOf({ apiKey, token }: EventsClientOptions) {
  if ((apiKey === undefined) === (token === undefined)) {
    throw new SendError('INVALID_OPTION', 'Give either apiKey or token.');
  }
  if (apiKey !== undefined && !TOKEN.test(apiKey)) {
    throw new SendError('INVALID_OPTION', 'apiKey must be one word of printable ASCII: is there a line break in it?');
  }
  return async (signal: AbortSignal): Promise<Record<string, string>> => {
    const bearer = apiKey ?? (await tokenFrom(token as NonNullable<typeof token>, signal));
    return { authorization: `Bearer ${bearer}` };
  };
}

async function tokenFrom(
  token: (signal: AbortSignal) => string | Promise<string>,
  signal: AbortSignal,
): Promise<string> {
  let given: string;
  try {
    given = await token(signal);
  } catch (cause) {
    throw new SendError('UNREACHABLE', 'There is no token: token() failed.', { cause });
  }
  if (TOKEN.test(given)) return given;
  throw new SendError('INVALID_OPTION', 'token() must return one word of printable ASCII.');
}
