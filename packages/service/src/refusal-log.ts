import type { FastifyInstance } from 'fastify';

/** The refused source, as the operator names it; no data from the caller. */
export type RefusedAt = { readonly source: string } | { readonly route: string };

/** Logs requests that are answered 401: the first of each kind at once, later ones as a count, once a minute. */
export interface RefusalLog {
  /**
   * @param reason a fixed word, such as `signature`
   * @param more further fields of the first line of the kind
   */
  refused(at: RefusedAt, reason: string, more?: object): void;
}

interface Kind {
  readonly fields: object;
  /** The number since the last line. */
  count: number;
}

const EVERY_MS = 60_000;
/** Further kinds share one line for each reason. */
const MOST_KINDS = 1_000;

/** Logs to `http.log`; closing `http` logs the counts that are left. */
export function createRefusalLog(http: Pick<FastifyInstance, 'log' | 'addHook'>, everyMs = EVERY_MS): RefusalLog {
  const kinds = new Map<string, Kind>();
  let timer: NodeJS.Timeout | undefined;

  function sumUp(): void {
    for (const [name, kind] of kinds) {
      // A kind without new requests counts as new when it returns.
      if (kind.count === 0) kinds.delete(name);
      else http.log.warn({ ...kind.fields, count: kind.count }, 'requests were answered 401 since the last line');
      kind.count = 0;
    }
    if (kinds.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  http.addHook('onClose', async () => {
    sumUp();
    clearInterval(timer);
  });

  return {
    refused(at, reason, more) {
      const own = JSON.stringify([at, reason]);
      const isShared = !kinds.has(own) && kinds.size >= MOST_KINDS;
      const name = isShared ? reason : own;
      const kind = kinds.get(name);
      if (kind !== undefined) {
        kind.count += 1;
        return;
      }
      const fields = isShared ? { reason } : { ...at, reason };
      kinds.set(name, { fields, count: 0 });
      http.log.warn(
        { ...fields, ...more, count: 1 },
        'a request was answered 401; more of the kind are counted for a minute',
      );
      timer ??= setInterval(sumUp, everyMs).unref();
    },
  };
}
