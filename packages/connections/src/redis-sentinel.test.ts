import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { createLogger, createRedis, readConfig } from '@switchboard/service';
import { startSentinelRedis } from '@switchboard/stack/redis-sentinel';
import { eventually, until } from '@switchboard/stack/until';
import { openRedisAddress } from './redis.ts';
import { redisConfig } from './redis-config.ts';

it('Redis is found through a Sentinel, and again after its primary has died', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sentinel-'));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  await using place = await startSentinelRedis({ directory });
  const given = { REDIS_URL: 'redis://unused', REDIS_SENTINELS: place.sentinels, REDIS_SENTINEL_NAME: place.name };
  const redis = createRedis(openRedisAddress(readConfig(redisConfig, given)), createLogger('test', 'silent'));
  try {
    await until('it is ready', () => redis.status === 'ready');
    await redis.set('mark', 'kept');
    assert.equal(await redis.wait(1, 10_000), 1);
    await place.primary.kill();
    await eventually(() => redis.set('after', 'the death'));
    assert.equal(await redis.get('mark'), 'kept');
    assert.match(await redis.info('server'), new RegExp(`tcp_port:${place.replica.port}`));
  } finally {
    redis.disconnect();
  }
});
