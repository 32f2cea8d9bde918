import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { EventOf } from '@switchboard/events';
import { assertNeverFreezes } from '@switchboard/events/fixtures';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { openDesk } from '../fixtures/desk.ts';
import { escalation } from '../fixtures/escalation.ts';

describe('an event with a megabyte of one repeated text in any field holds up nothing', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  beforeEach(() => sandbox.reset());
  after(() => sandbox.close());

  for (const helpdesk of ['zendesk', 'freshdesk', 'jira'] as const) {
    it(`conversation.escalated, with ${helpdesk}`, async () => {
      await using desk = openDesk(helpdesk, sandbox);
      await assertNeverFreezes('conversation.escalated', async (event) => {
        sandbox.reset();
        await desk.escalate(event as EventOf<'conversation.escalated'>);
      });
    });

    it(`conversation.resolved, with ${helpdesk}`, async () => {
      await using desk = openDesk(helpdesk, sandbox);
      await assertNeverFreezes('conversation.resolved', async (event) => {
        sandbox.reset();
        desk.forget();
        const resolved = event as EventOf<'conversation.resolved'>;
        await desk.escalate(escalation('evt-0', { conversationId: resolved.conversationId }));
        assert.equal(await desk.resolve(resolved), undefined);
      });
    });
  }
});
