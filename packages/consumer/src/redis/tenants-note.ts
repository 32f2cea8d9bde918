import type { RecentTenants } from '../queues/recent-tenants.ts';
import { type StateRedis, serviceKeys } from './state-keys.ts';

const SAVE_EVERY_MS = 30_000;
const KEEP_SECONDS = 7 * 24 * 3_600;

/**
 * Notes the recent tenants in Redis, so that a service that starts at a large backlog of one of them knows that there are
 * others. Without the note, it learns of them as it reads.
 */
export async function followRecentTenants(redis: StateRedis, keyspace: string, recent: RecentTenants) {
  const key = serviceKeys(keyspace).tenants;
  let noted = '';

  async function load(): Promise<void> {
    noted = (await redis.get(key)) ?? '';
    const tenants: unknown = JSON.parse(noted === '' ? '[]' : noted);
    if (Array.isArray(tenants)) for (const tenant of tenants) recent.seen(String(tenant));
  }

  async function save(): Promise<void> {
    const tenants = recent.list();
    const text = JSON.stringify(tenants.toSorted());
    if (tenants.length < 2 || text === noted) return;
    await redis.set(key, text, 'EX', KEEP_SECONDS);
    noted = text;
  }

  // A note that cannot be read or written is of no use, and does no harm.
  await load().catch(() => {});
  const timer = setInterval(() => void save().catch(() => {}), SAVE_EVERY_MS).unref();
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await save().catch(() => {});
    },
  };
}
