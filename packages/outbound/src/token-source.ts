export interface Token {
  readonly token: string;
  /** Undefined if the issuer does not state it; the token is then used until it is refused. */
  readonly lifetimeMs?: number | undefined;
}

/** Keeps a token while it is valid, and requests it once for all concurrent callers. */
export interface TokenSource {
  /** Rejects with the error of `issue` or the signal's reason. */
  token(signal?: AbortSignal): Promise<string>;
  /** Drops the kept token if it is the refused one. */
  forget(isRefused: (token: string) => boolean): void;
}

/** Tokens are renewed this long before their expiry, so that none expires in flight; short ones at half their life. */
const RENEW_BEFORE_MS = 60_000;

/** @param issue requests a new token in bounded time; it serves many callers, so no single caller can abort it */
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
