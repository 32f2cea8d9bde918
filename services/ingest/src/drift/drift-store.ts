import { createRedis, type Logger, type RedisAddress } from '@switchboard/service';
import type { Redis } from 'ioredis';
import type { Drift } from './drift.ts';
import { driftKeys, KEEP_MS, readDrift } from './drift-record.ts';
import type { PathStats } from './path-tree.ts';
import type { SourceDrift } from './source-drift.ts';

export interface DriftStore {
  /** Writes what is new, now. */
  save(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  redisUrl: RedisAddress;
  /** Names the Kafka that the events are in. */
  scope: string;
  drift: Drift;
  logger: Logger;
  everyMs?: number;
}

const EVERY_MS = 10_000;
const REFRESH_MS = 3_600_000;
/** For one source: 200 paths for each of a few types, and the fields that always come. */
const MOST_FIELDS = 2_000;
const LAST_SAVE_MS = 1_000;

/** Adds counts to those of other instances. A source's hash that is full loses what has not come for a week. */
const SAVE = `
local now, keep, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local at = 5
local function take(count)
  local first = at + 1
  at = first + tonumber(ARGV[first - 1]) * count
  return first, at - 1
end
redis.call('SADD', KEYS[1], ARGV[1])
local from, to = take(1)
for index = from, to do redis.call('HDEL', KEYS[2], ARGV[index]) end
from, to = take(2)
for index = from, to, 2 do
  local value = ARGV[index + 1]
  -- Another instance, or this one before it restarted, may know for longer that a field is missing.
  local since, last = string.match(redis.call('HGET', KEYS[2], ARGV[index]) or '', '^(%d+) (%d+)$')
  local noticed = string.match(value, '^(%d+) %d+$')
  if since and noticed and tonumber(last) > now - 3600000 and tonumber(since) < tonumber(noticed) then
    value = since .. string.match(value, ' %d+$')
  end
  redis.call('HSET', KEYS[2], ARGV[index], value)
end
from, to = take(6)
local size = redis.call('HLEN', KEYS[2])
if size >= most then
  local held = redis.call('HGETALL', KEYS[2])
  for index = 1, #held, 2 do
    local last = string.match(held[index + 1], '^%d+ %d+ (%d+) %d+ %d+$')
    if last and tonumber(last) < now - keep then size = size - redis.call('HDEL', KEYS[2], held[index]) end
  end
end
for index = from, to, 6 do
  local count, first, last = tonumber(ARGV[index + 1]), tonumber(ARGV[index + 2]), tonumber(ARGV[index + 3])
  local kinds, longest = tonumber(ARGV[index + 4]), tonumber(ARGV[index + 5])
  local held = redis.call('HGET', KEYS[2], ARGV[index])
  if held then
    local c, f, l, k, m = string.match(held, '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
    if c then
      count, first, last = count + c, math.min(first, f), math.max(last, l)
      kinds, longest = bit.bor(kinds, k), math.max(longest, m)
    end
  else
    size = size + 1
  end
  if held or size <= most then
    redis.call('HSET', KEYS[2], ARGV[index], string.format('%.0f %.0f %.0f %.0f %.0f', count, first, last, kinds, longest))
  end
end
for index = 1, 2 do redis.call('PEXPIRE', KEYS[index], keep) end
`;

/** What was written of a source: names of fields, and when. */
type Written = Map<string, number>;

/**
 * Shares what instances find through Redis, so that operators see all of it and restarts do not forget which fields
 * always come. While Redis is down, the counts stay in memory.
 */
export function connectDriftStore({ redisUrl, scope, drift, logger, everyMs = EVERY_MS }: Options): DriftStore {
  // The look-up of seen ids already warns when Redis is down.
  const redis = createRedis(redisUrl, logger.child({}, { level: 'silent' })) as Redis & Scripts;
  redis.defineCommand('saveDrift', { lua: SAVE, numberOfKeys: 2 });
  const written = new Map<string, Written>();
  let isRestored = false;
  let saving = Promise.resolve();

  async function restore(): Promise<void> {
    const now = Date.now();
    for (const { source, established } of await readDrift(redis, scope)) {
      const recent = established.filter(({ lastAt }) => lastAt > now - KEEP_MS);
      for (const { type, field } of recent) drift.of(source)?.of(type).presence.restore(field);
    }
    isRestored = true;
  }

  async function saveSource(source: string, state: SourceDrift): Promise<void> {
    const now = Date.now();
    const before = written.get(source) ?? new Map<string, number>();
    const { counts, marks, current } = changesOf(state, before, now);
    const gone = [...before.keys()].filter((name) => !current.has(name));
    const collapsed = [...state.types].map(([type, { tree }]) => ({ type, tree, count: tree.collapsed.length }));
    const paths = collapsed.flatMap(({ type, tree }) => tree.collapsed.map((path) => `u ${type} ${path}`));
    const removed = [...gone, ...paths];
    if (removed.length + marks.length + counts.length === 0) return;
    const added = counts.flatMap(({ name, stats: { unsaved, firstAt, lastAt, kinds, longest } }) => [
      ...[name, unsaved, firstAt, lastAt, kinds, longest],
    ]);
    const saved = counts.map(({ stats }) => ({ stats, count: stats.unsaved }));
    const head = [source, now, KEEP_MS, MOST_FIELDS];
    const parts = [removed.length, ...removed, marks.length + 1, 'root', state.root, ...marks.flat()];
    const keys = [driftKeys.index(scope), driftKeys.of(scope, source)] as const;
    await redis.saveDrift(...keys, ...head, ...parts, counts.length, ...added);
    written.set(source, current);
    for (const { stats, count } of saved) stats.unsaved -= count;
    for (const { tree, count } of collapsed) tree.forgetCollapsed(count);
  }

  async function saveAll(): Promise<void> {
    try {
      if (!isRestored) await restore();
      for (const [source, state] of drift.sources()) await saveSource(source, state);
    } catch (error) {
      // Unsaved counts are written by the next save.
      logger.debug({ reason: error instanceof Error ? error.message : String(error) }, 'unmapped fields not shared');
    }
  }

  const save = (): Promise<void> => {
    saving = saving.then(saveAll);
    return saving;
  };
  redis.once('ready', save);
  const timer = setInterval(() => void save(), everyMs);
  timer.unref();

  return {
    save,
    async close() {
      clearInterval(timer);
      if (redis.status === 'ready') await Promise.race([save(), delay(LAST_SAVE_MS)]);
      redis.disconnect();
    },
  };
}

interface Changes {
  counts: { name: string; stats: PathStats }[];
  /** Fields of the hash with their values. */
  marks: [string, string][];
  /** The marks that stand in the hash afterwards, and when they were written. */
  current: Written;
}

function changesOf({ types }: SourceDrift, before: Written, now: number): Changes {
  const counts: Changes['counts'] = [];
  const marks: Changes['marks'] = [];
  const current: Written = new Map();
  for (const [type, { tree, presence }] of types) {
    for (const stats of tree.paths()) if (stats.unsaved > 0) counts.push({ name: `u ${type} ${stats.path}`, stats });
    for (const { field, since } of presence.missing()) {
      marks.push([`m ${type} ${field}`, `${since} ${now}`]);
      current.set(`m ${type} ${field}`, now);
    }
    for (const field of presence.established()) {
      const name = `e ${type} ${field}`;
      const at = before.get(name);
      const isFresh = at !== undefined && at > now - REFRESH_MS;
      if (!isFresh) marks.push([name, String(now)]);
      current.set(name, isFresh ? at : now);
    }
  }
  return { counts, marks, current };
}

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

interface Scripts {
  saveDrift(index: string, hash: string, ...rest: (string | number)[]): Promise<unknown>;
}
