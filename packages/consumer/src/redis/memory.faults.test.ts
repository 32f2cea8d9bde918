import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { environment } from '@switchboard/service';
import { startStack } from '@switchboard/stack';
import { Redis } from 'ioredis';
import pino from 'pino';
import { DEFAULT_LIMITS } from '../options.ts';
import { createEventState } from './event-state.ts';

const EVENTS = environment.TEST_SIZE === 'full' ? 1_000_000 : 50_000;
const AT_ONCE = 256;

it('a done event takes at most 40 bytes of Redis', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'redis-memory-'));
  const stack = await startStack({ directory, parts: ['redis'], ports: 'free' });
  const redis = new Redis(stack.redisUrl);
  t.after(async () => {
    redis.disconnect();
    await stack.stop();
    await rm(directory, { recursive: true });
  });
  const usedMemory = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? Number.NaN);
  const eventState = createEventState({
    ...DEFAULT_LIMITS,
    ...{ redis, keyspace: 'x7Kq2mPZRsKk0a1b2c3d4e:crm-sync' },
    logger: pino({ level: 'silent' }),
    reachable: () => {},
  });
  const before = await usedMemory();
  let last = 0;
  async function handleNext(): Promise<void> {
    while (last < EVENTS) {
      last += 1;
      const number = last;
      const event = {
        identity: `acme:chatbot:message.received:msg_${number}`,
        orderKey: `conversation.events|acme:conv_${number % 5_000}`,
        origin: { offset: number },
        position: { hop: 0, redrive: 0 },
      };
      assert.equal((await eventState.admit(event, `token-${number}`)).kind, 'run');
      assert.equal(await eventState.complete(event, `token-${number}`, 'run'), 'ok');
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, handleNext));
  const bytes = ((await usedMemory()) - before) / EVENTS;
  eventState.close();
  t.diagnostic(`${bytes.toFixed(1)} bytes an event, with ${EVENTS} events`);
  assert.ok(bytes <= 40, `${bytes} bytes`);
});
