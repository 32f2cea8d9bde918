import type { Retry } from './retry.ts';
import { SendError } from './send-error.ts';

/** How both clients send. */
export interface SendingOptions {
  /** Where ingest listens, such as `https://hooks.example.com`; a path in it is kept. */
  url: string;
  /** Replaces the global one, e.g. to send through a proxy. */
  fetch?: typeof globalThis.fetch;
  /** For one attempt, including its answer; default 10 s. */
  timeoutMs?: number;
  /** When and for how long a request is repeated; `false` sends once. */
  retry?: Retry | false;
  /** Ends everything that this client sends. */
  signal?: AbortSignal;
}

/** The address of a path under the URL. @throws SendError for a URL that could not be used, or would leak */
export function addressOf(url: string, path: string): URL {
  // Not as a cause: it repeats the URL, and with it a password.
  if (!URL.canParse(url))
    throw new SendError('INVALID_OPTION', 'url must be a URL, such as https://hooks.example.com.');
  const base = new URL(url);
  if (!/^https?:$/.test(base.protocol)) throw new SendError('INVALID_OPTION', 'url must begin with http or https.');
  if (base.username || base.password || base.search || base.hash) {
    throw new SendError('INVALID_OPTION', 'url must have neither a user, nor a query, nor a fragment.');
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return new URL(path, base);
}

export function checkNumbers(numbers: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    // A timer cannot hold more, and would fire at once.
    if (value !== undefined && !(value > 0 && value < 2 ** 31)) {
      throw new SendError('INVALID_OPTION', `${name} must be a number above 0 and below ${2 ** 31}.`);
    }
  }
}

/** A signal that aborts when either does. */
export const either = (one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined =>
  one !== undefined && other !== undefined ? AbortSignal.any([one, other]) : (one ?? other);
