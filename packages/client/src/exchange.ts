import type { Clock } from './clock.ts';
import { aborted } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';
import { SendError } from './send-error.ts';

export interface Exchange {
  fetch: typeof globalThis.fetch;
  clock: Clock;
  url: URL;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  /** Made within the time limit, with a signal that aborts at its end. */
  headers: (signal: AbortSignal) => Record<string, string> | Promise<Record<string, string>>;
  body: string | Uint8Array<ArrayBuffer>;
}

export interface Answer {
  status: number;
  text: string;
  retryAfterMs: number | undefined;
  /** When the server answered, in ms since 1970. */
  date: number | undefined;
}

/** Much more than Switchboard ever answers. */
const LONGEST_ANSWER = 4_194_304;

/** Sends one request once. @throws SendError if there is no complete answer. Leaves no timer, listener or socket behind. */
export async function exchange({ url, timeoutMs, signal, ...request }: Exchange): Promise<Answer> {
  const stop = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop.abort();
  }, timeoutMs);
  const onAbort = (): void => stop.abort();
  signal?.addEventListener('abort', onAbort);
  try {
    if (signal?.aborted) throw aborted(signal);
    // A token or a fetch of the caller may ignore its signal.
    const over = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', reject, { once: true });
    });
    return await Promise.race([over, post(url, request, stop.signal)]);
  } catch (error) {
    if (signal?.aborted) throw aborted(signal);
    if (isLate) throw new SendError('TIMED_OUT', `${url} did not answer within ${timeoutMs} ms.`);
    if (error instanceof SendError) throw error;
    const { cause = error } = error as Error;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new SendError('UNREACHABLE', `${url} did not answer: ${code ?? message}.`, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    // Ends what is still being sent or read, if anything.
    stop.abort();
  }
}

async function post(
  url: URL,
  { fetch, clock, headers, body }: Pick<Exchange, 'fetch' | 'clock' | 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await headers(signal)) },
    body,
    // A redirect would turn the POST into a GET, or carry the signed body to another host.
    redirect: 'manual',
    signal,
  });
  const date = Date.parse(response.headers.get('date') ?? '');
  return {
    status: response.status,
    text: await textOf(response),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), clock.now()),
    date: Number.isNaN(date) ? undefined : date,
  };
}

/** The answer's text, up to a limit: the rest of a longer one is not read. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > LONGEST_ANSWER) break;
  }
  return text;
}
