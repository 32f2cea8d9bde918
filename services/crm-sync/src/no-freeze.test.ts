import { after, before, describe, it } from 'node:test';
import { assertNeverFreezes } from '@switchboard/events/fixtures';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { openDesk } from '../fixtures/desk.ts';
import { openRedis } from '../fixtures/redis.ts';

describe('an event with a megabyte of one repeated text in any field holds up nothing', () => {
  const redis = openRedis();
  let sandbox: Sandbox;
  before(async () => {
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
