import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { EventOf } from '@switchboard/events';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { type Desk, openDesk } from '../fixtures/desk.ts';
import { escalation, resolution, ticketUpdate } from '../fixtures/escalation.ts';

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
after(() => sandbox.close());

/** Opens a ticket. @returns its id */
async function opened(desk: Desk): Promise<string> {
  await desk.escalate(escalation('evt-1'));
  return (desk.published[0] as EventOf<'ticket.created'>).ticketId;
}
const passedOn = (desk: Desk) => desk.published.slice(1);

const ANSWER = { comment: 'The money is on its way.', isPublic: true, authorRole: 'agent' } as const;

for (const name of ['zendesk', 'freshdesk', 'jira', 'http'] as const) {
  describe(`what agents do in ${name}`, () => {
    it('reaches the person in the chat when it is a public answer, under one id', async () => {
      await using desk = openDesk(name, sandbox);
      const ticketId = await opened(desk);
      const event = ticketUpdate('evt-2', name, { ticketId, ...ANSWER });
      assert.equal(await desk.update(event), undefined);
      await desk.update(event);
      const [message, again] = passedOn(desk) as EventOf<'message.requested'>[];
      assert.partialDeepStrictEqual(message, {
        meta: { type: 'message.requested', source: 'ticketing', tenant: 'acme' },
        userId: 'user-1024',
        conversationId: 'conv-20260115-4711',
        texts: { 'en-GB': 'The money is on its way.' },
        solicited: true,
        urgent: false,
      });
      assert.equal(again?.meta.id, message?.meta.id);
    });

    it('ends the conversation when the ticket is solved, under one id, and adds no note to it', async () => {
      await using desk = openDesk(name, sandbox);
      const ticketId = await opened(desk);
      await desk.update(ticketUpdate('evt-2', name, { ticketId, status: 'solved', previousStatus: 'open' }));
      await desk.update(ticketUpdate('evt-3', name, { ticketId, status: 'Closed' }));
      const [end, again] = passedOn(desk) as EventOf<'conversation.resolved'>[];
      assert.partialDeepStrictEqual(end, {
        meta: { type: 'conversation.resolved', source: 'ticketing' },
        conversationId: 'conv-20260115-4711',
        customer: { email: 'jane.doe@example.com' },
        resolution: 'ticket_solved',
      });
      assert.equal(again?.meta.id, end?.meta.id);
      const requests = sandbox.effects().length;
      assert.equal(await desk.end(end ?? assert.fail()), 'solved_in_helpdesk');
      assert.equal(sandbox.effects().length, requests);
    });
  });
}

describe('a change of a ticket is not passed on', () => {
  for (const [what, fields, reason] of [
    ['when the comment is private', { ...ANSWER, isPublic: false }, 'nothing_to_pass_on'],
    ['when the customer wrote the comment', { ...ANSWER, authorRole: 'customer' }, 'nothing_to_pass_on'],
    ['when the comment may be private', { ...ANSWER, isPublic: null }, 'nothing_to_pass_on'],
    ['when it was solved before', { status: 'closed', previousStatus: 'solved' }, 'nothing_to_pass_on'],
    ['when its webhook names the conversation', { status: 'solved', conversationId: 'c' }, 'nothing_to_pass_on'],
    ['when it is another ticket', { ...ANSWER, ticketId: '999' }, 'unknown_ticket'],
  ] as const) {
    it(what, async () => {
      await using desk = openDesk('zendesk', sandbox);
      const ticketId = await opened(desk);
      assert.equal(await desk.update(ticketUpdate('evt-2', 'zendesk', { ticketId, ...fields })), reason);
      assert.deepEqual(passedOn(desk), []);
    });
  }

  it('when another system or another tenant has a ticket of the same id', async () => {
    await using desk = openDesk('zendesk', sandbox);
    const ticketId = await opened(desk);
    assert.equal(await desk.update(ticketUpdate('evt-2', 'front', { ticketId, ...ANSWER })), 'other_source');
    const event = ticketUpdate('evt-3', 'zendesk', { ticketId, ...ANSWER });
    assert.equal(await desk.update({ ...event, meta: { ...event.meta, tenant: 'other' } }), 'unknown_ticket');
    assert.deepEqual(passedOn(desk), []);
  });

  for (const name of ['zendesk', 'freshdesk', 'http'] as const) {
    it(`when the comment is our own, in ${name}`, async () => {
      await using desk = openDesk(name, sandbox);
      const ticketId = await opened(desk);
      await desk.end(resolution('evt-2'));
      const { body } = desk.notes()[0] ?? assert.fail('there is no note');
      const comment = JSON.stringify(body).replace(/<[^>]+>/g, '');
      assert.equal(
        await desk.update(ticketUpdate('evt-3', name, { ticketId, ...ANSWER, comment })),
        'nothing_to_pass_on',
      );
    });
  }

  it('when the person has no chat', async () => {
    await using desk = openDesk('zendesk', sandbox);
    await desk.escalate(escalation('evt-1', { userId: null }));
    const { ticketId } = desk.published[0] as EventOf<'ticket.created'>;
    assert.equal(await desk.update(ticketUpdate('evt-2', 'zendesk', { ticketId, ...ANSWER })), 'nothing_to_pass_on');
  });
});

it('the end of a conversation that the platform reports on a solved ticket is a private note, which changes no status', async () => {
  await using desk = openDesk('zendesk', sandbox);
  await opened(desk);
  await desk.end(resolution('evt-2'));
  const { ticket = {} } = (desk.notes()[0]?.body ?? {}) as { ticket?: Record<string, unknown> };
  assert.deepEqual(Object.keys(ticket), ['comment']);
  assert.equal((ticket.comment as { public: boolean }).public, false);
});
