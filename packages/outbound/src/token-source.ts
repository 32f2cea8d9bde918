export interface Token {
  readonly token: string;
  /** Unknown when the issuer does not say: then it is used until it is refused. */
  readonly lifetimeMs?: number | undefined;
}

/** Keeps a token while it is valid, and requests it once for all concurrent callers. */
export interface TokenSource {
  /** Rejects with what `issue` rejects with, or with the signal's reason. */
  token(signal?: AbortSignal): Promise<string>;
  /** Drops the kept token if it is the refused one. */
  forget(isRefused: (token: string) => boolean): void;
}

/** A token is renewed this long before it expires, so that none expires on its way; a short one after half its life. */
const RENEW_BEFORE_MS = 60_000;

/** @param issue gets a new token, in bounded time: it serves many callers, so that none of them can abort it. */
export function createTokenSource(issue: () => Promise<Token>, now: () => number = Date.now): TokenSource {
  let kept: { token: string; renewAt: number; endsAt: number } | undefined;
  let issuing: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const askedAt = now();
    try {
      const { token, lifetimeMs = Number.POSITIVE_INFINITY } = await issue();
      kept = {
        token,
        endsAt: askedAt + lifetimeMs,
        renewAt: askedAt + Math.max(lifetimeMs - RENEW_BEFORE_MS, lifetimeMs / 2),
      };
      return token;
    } catch (error) {
      // The renewal was early: the old token is still valid.
      if (kept !== undefined && now() < kept.endsAt) return kept.token;
      throw error;
    }
  }

  return {
    async token(signal) {
      signal?.throwIfAborted();
      if (kept !== undefined && now() < kept.renewAt) return kept.token;
      issuing ??= renew().finally(() => {
        issuing = undefined;
      });
      return signal === undefined ? issuing : unlessAborted(issuing, signal);
    },
    forget(isRefused) {
      if (kept !== undefined && isRefused(kept.token)) kept = undefined;
    },
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
