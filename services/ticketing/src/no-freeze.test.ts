import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { EventOf } from '@switchboard/events';
import { assertNeverFreezes } from '@switchboard/events/fixtures';
import type { Target } from '@switchboard/outbound';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { readConfig } from '@switchboard/service';
import { openDesk } from '../fixtures/desk.ts';
import { escalation } from '../fixtures/escalation.ts';
import { createHashStore } from '../fixtures/hash-store.ts';
import { variablesFor } from '../fixtures/variables.ts';
import { ticketingConfig } from './config.ts';
import { handlersOf, openHelpdesks } from './handlers.ts';

const ENDS = ['conversation.resolved', 'conversation.unresolved'] as const;

describe('an event with a megabyte of one repeated text in any field holds up nothing', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  beforeEach(() => sandbox.reset());
  after(() => sandbox.close());

  it('in any of the events that the service handles', () => {
    const config = readConfig(ticketingConfig, variablesFor('zendesk', sandbox.url));

    const context = { config, target: () => ({}) as Target, redis: createHashStore(), publish: async () => {} };
    const all = handlersOf(openHelpdesks(context, { of: () => [], has: () => true, all: () => [] }));
    assert.deepEqual(Object.keys(all), ['conversation.escalated', ...ENDS, 'ticket.updated']);
  });

  it('ticket.updated', async () => {
    await using desk = openDesk('zendesk', sandbox);
    await assertNeverFreezes('ticket.updated', async (event) => {
      const { ticketId, meta } = event as EventOf<'ticket.updated'>;
      await desk.remember(ticketId, escalation('evt-0'));
      await desk.update({
        ...(event as EventOf<'ticket.updated'>),
        meta: { ...meta, source: 'zendesk', tenant: 'acme' },
      });
    });
  });

  for (const helpdesk of ['zendesk', 'freshdesk', 'jira', 'http'] as const) {
    it(`conversation.escalated, with ${helpdesk}`, async () => {
      await using desk = openDesk(helpdesk, sandbox);
      await assertNeverFreezes('conversation.escalated', async (event) => {
        sandbox.reset();
        await desk.escalate(event as EventOf<'conversation.escalated'>);
      });
    });

    for (const type of ENDS) {
      it(`${type}, with ${helpdesk}`, async () => {
        await using desk = openDesk(helpdesk, sandbox);
        await assertNeverFreezes(type, async (event) => {
          sandbox.reset();
          desk.forget();
          const ended = event as EventOf<(typeof ENDS)[number]>;
          await desk.escalate(escalation('evt-0', { conversationId: ended.conversationId }));
          assert.equal(await desk.end(ended), undefined);
        });
      });
    }
  }
});
