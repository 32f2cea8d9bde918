import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { assertNeverFreezes } from '@switchboard/events/fixtures';
import { createRedis } from '@switchboard/kafka';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { createLogger } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { openDesk } from '../fixtures/desk.ts';

describe('an event with a megabyte of one repeated text in any field holds up nothing', () => {
  const redis = createRedis(testStack().redisUrl, createLogger('test', 'silent'));
  let sandbox: Sandbox;
  before(async () => {
    if (redis.status !== 'ready') await once(redis, 'ready');
    sandbox = await startSandbox();
  });
  after(async () => {
    redis.disconnect();
    await sandbox.close();
  });

  for (const crm of ['hubspot', 'salesforce', 'http'] as const) {
    it(`with ${crm}`, async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      for (const type of desk.types) await assertNeverFreezes(type, desk.handle);
    });
  }
});
