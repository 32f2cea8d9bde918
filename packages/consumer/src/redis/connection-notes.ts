import type { AvailabilityControl } from '../queues/availability.ts';
import type { ScopedRedis } from './scoped-redis.ts';
import { keyspaceOf, type StateRedis, serviceKeys } from './state-keys.ts';

/** When a connection was last used, over all instances of a service. */
export interface ConnectionNote {
  /** Epoch ms; 0 if it is not known. */
  readonly succeededAt: number;
  readonly failedAt: number;
  /** Why it was unavailable last. */
  readonly why: string;
}

const FLUSH_MS = 10_000;
/** Of one flush; the others follow with the next ones. */
const MOST_A_FLUSH = 2_000;
const KEPT_MS = 7 * 24 * 3_600_000;

/**
 * Notes for operators when the connections were last used, in one hash: a field for the last success and one for the
 * last failure, so that instances do not overwrite what another one knows. Lost notes are not repeated.
 */
export function createConnectionNotes(options: {
  redis: StateRedis;
  keyspace: string;
  availability: Pick<AvailabilityControl, 'onSuccess' | 'onChange'>;
}): { stop(): void } {
  const { redis, keyspace, availability } = options;
  const key = serviceKeys(keyspace).connections;
  const changed = new Map<string, string>();

  availability.onSuccess((connection) => changed.set(`s:${connection}`, String(Date.now())));
  availability.onChange((change) => {
    if (change?.to === 'down') changed.set(`f:${change.target}`, `${Date.now()} ${change.why}`);
  });

  async function flush(): Promise<void> {
    if (changed.size === 0) return;
    const fields = [...changed].slice(0, MOST_A_FLUSH);
    for (const [field] of fields) changed.delete(field);
    await redis.hset(key, ...fields.flat());
    await redis.pexpire(key, KEPT_MS);
  }
  // While Redis is down, the service is paused.
  const write = (): void => void flush().catch(() => {});
  const timer = setInterval(write, FLUSH_MS).unref();

  return {
    stop() {
      clearInterval(timer);
      write();
    },
  };
}

/** What the instances of a service noted about its connections in the last seven days. */
export async function readConnectionNotes(
  { redis, scope }: ScopedRedis,
  service: string,
): Promise<Map<string, ConnectionNote>> {
  const fields = await redis.hgetall(serviceKeys(keyspaceOf(scope, service)).connections);
  const notes = new Map<string, ConnectionNote>();
  for (const [field, text] of Object.entries(fields)) {
    const [, kind, connection = ''] = /^([sf]):(.+)$/s.exec(field) ?? [];
    const [, time = '', why = ''] = /^(\d{1,15})(?: (.*))?$/s.exec(text) ?? [];
    if (kind === undefined || Date.now() - Number(time) > KEPT_MS) continue;
    const known = notes.get(connection) ?? { succeededAt: 0, failedAt: 0, why: '' };
    const news = kind === 's' ? { succeededAt: Number(time) } : { failedAt: Number(time), why };
    notes.set(connection, { ...known, ...news });
  }
  return notes;
}
