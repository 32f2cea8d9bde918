import type { Dispatcher } from 'undici';
import { OutboundError, type OutboundErrorCode } from './outbound-error.ts';
import { printablePath } from './printable-path.ts';
import { ACCEPTED_ENCODINGS, EncodingError, readBody, TooLargeError } from './response-body.ts';
import { ForbiddenAddressError } from './url-guard.ts';

export interface Sending {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

/** Sends one request and reads its answer, bounded in time and size. */
export interface Exchange {
  /** @throws OutboundError when there is no answer; the signal's reason when it was aborted. */
  (sending: Sending, signal?: AbortSignal): Promise<Answer>;
  /** Describes a request for messages, without its query and the parts of its path that may be private. */
  describe(sending: Pick<Sending, 'method' | 'url'>): string;
}

export interface ExchangeOptions {
  target: string;
  dispatcher: Dispatcher;
  timeoutMs: number;
  maxResponseBytes: number;
  /** Ignores the body of the answer. An unreadable body of a failure is always ignored. */
  statusOnly?: boolean;
  /** Hides the path in messages, for targets whose path is a secret. */
  hidePath?: boolean;
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { target, dispatcher, timeoutMs, maxResponseBytes, statusOnly = false, hidePath = false } = options;

  const describe: Exchange['describe'] = ({ method, url }) =>
    `${target}, ${method} ${hidePath ? url.host : printablePath(url.pathname)}`;

  async function exchange(sending: Sending, signal?: AbortSignal): Promise<Answer> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const abort = (): void => deadline.abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      const { url, method, body } = sending;
      const response = await dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: method as Dispatcher.HttpMethod,
        headers: { 'accept-encoding': ACCEPTED_ENCODINGS, ...sending.headers },
        body: body ?? null,
        signal: deadline.signal,
      });
      const headers = flatten(response.headers);
      const isWanted = response.statusCode < 300 && !statusOnly;
      const content = await readBody(response, maxResponseBytes).catch((error) => {
        if (isWanted || !(error instanceof TooLargeError || error instanceof EncodingError)) throw error;
        return Buffer.alloc(0);
      });
      return { status: response.statusCode, headers, content };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw explain(error, describe(sending), deadline.signal.aborted);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  function explain(error: unknown, request: string, late: boolean): OutboundError {
    const fail = (code: OutboundErrorCode, message: string, retry?: 'never'): OutboundError =>
      new OutboundError(code, `${request}: ${message}`, { target, retry });
    if (late) return fail('TIMEOUT', `no complete answer within ${timeoutMs} ms`);
    if (error instanceof TooLargeError) {
      return fail(
        'RESPONSE_TOO_LARGE',
        `the answer has more than ${maxResponseBytes} bytes: ask for less, or allow more`,
      );
    }
    if (error instanceof EncodingError) return fail('BAD_RESPONSE', error.message);
    if (error instanceof ForbiddenAddressError) return fail('FORBIDDEN_ADDRESS', error.message, 'never');
    const { code } = error as { code?: unknown };
    if (code === 'UND_ERR_INVALID_ARG') {
      return fail('INVALID_OPTION', 'a header has a name or a value that HTTP does not allow', 'never');
    }
    // Only the code, since messages of undici and Node may contain private data.
    return fail('CONNECTION_FAILED', `the connection failed (${typeof code === 'string' ? code : 'no reason given'})`);
  }

  return Object.assign(exchange, { describe });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
