import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { openDesk } from '../fixtures/desk.ts';
import { escalated, NOON, resolved } from '../fixtures/events.ts';
import { readRecords } from '../fixtures/records.ts';
import { openRedis } from '../fixtures/redis.ts';

describe('events that have the same time', () => {
  const redis = openRedis();
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  after(async () => {
    redis.disconnect();
    await sandbox.close();
  });

  for (const crm of ['hubspot', 'salesforce'] as const) {
    it(`leave the later one of their conversation in ${crm}, and none of another conversation`, async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const records = readRecords(crm, sandbox.url);
      const conversationId = 'conv-tie';
      await desk.handle(escalated({ id: '1', conversationId }));
      await desk.handle(resolved({ id: '2', conversationId, at: NOON }));
      await desk.handle(escalated({ id: '3', conversationId: 'conv-other', at: NOON }));
      const [contact] = await records.contacts();
      assert.equal(contact?.chatbot_resolution_status, 'resolved');
      await records.close();
    });
  }
});
