import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { EventOf } from '@switchboard/events';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { openDesk } from '../fixtures/desk.ts';
import { escalation, resolution } from '../fixtures/escalation.ts';
import { readTicket, writeTicket } from './ticket-record.ts';

const PAGES = {
  zendesk: /\/zendesk\/agent\/tickets\/\d+$/,
  freshdesk: /\/freshdesk\/a\/tickets\/\d+$/,
  jira: /\/jira\/browse\/SUP-\d+$/,
  http: /^https:\/\/helpdesk\.example\.com\/tickets\/\d+$/,
} as const;

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
after(() => sandbox.close());

for (const name of ['zendesk', 'freshdesk', 'jira', 'http'] as const) {
  describe(`a ticket in ${name}`, () => {
    it('is announced with its id, its page and its conversation', async () => {
      await using desk = openDesk(name, sandbox);
      await desk.escalate(escalation('evt-1'));
      const [event] = desk.published as EventOf<'ticket.created'>[];
      assert.match(event?.url ?? '', PAGES[name]);
      assert.partialDeepStrictEqual(event, {
        conversationId: 'conv-20260115-4711',
        userId: 'user-1024',
        email: 'jane.doe@example.com',
        subject: '[Chatbot Escalation] refund',
        priority: 'high',
      });
      assert.ok(event?.url?.endsWith(event.ticketNumber ?? event.ticketId));
      assert.equal(event?.ticketNumber, name === 'jira' ? event?.url?.split('/').at(-1) : null);
    });

    it('is announced under one id, with the same page, however often its event comes and whatever is lost', async () => {
      await using desk = openDesk(name, sandbox);
      desk.onPublish = () => Promise.reject(new Error('killed before it was published'));
      await assert.rejects(desk.escalate(escalation('evt-1')));
      desk.onPublish = async () => {};
      await desk.escalate(escalation('evt-1'));
      desk.forget();
      await desk.escalate(escalation('evt-1'));
      assert.equal(desk.tickets().length, 1);
      assert.equal(desk.published.length, 2);
      const announced = desk.published as EventOf<'ticket.created'>[];
      const [first, second] = announced.map(({ meta: { id, source }, ticketId, url }) => ({
        ...{ id, source, ticketId, url },
      }));
      assert.deepEqual(first, second);
    });

    it('is announced under another id when the conversation is escalated again', async () => {
      await using desk = openDesk(name, sandbox);
      await desk.escalate(escalation('evt-1'));
      await desk.end(resolution('evt-2'));
      await desk.escalate(escalation('evt-3'));
      assert.equal(new Set(desk.published.map(({ meta }) => meta.id)).size, 2);
    });
  });
}

it('the ticket of an escalation that a flow published carries on its hops', async () => {
  await using desk = openDesk('http', sandbox);
  const event = escalation('evt-1');
  const extra = '{"hops":3}';
  await desk.escalate({ ...event, meta: { ...event.meta, source: 'flows', extra } });
  await desk.escalate({ ...event, meta: { ...event.meta, source: 'chatbot', extra: '{"secret":1}' } });
  assert.deepEqual(
    desk.published.map(({ meta }) => meta.extra),
    [extra, null],
  );
});

it('a ticket that an earlier version stored has its id alone', () => {
  assert.deepEqual(readTicket('17'), { id: '17' });
  const ticket = { id: '10017', number: 'SUP-17', url: 'https://desk.example/browse/SUP-17' };
  assert.deepEqual(readTicket(writeTicket(ticket)), ticket);
});
