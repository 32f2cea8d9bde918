import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { openDesk } from '../fixtures/desk.ts';
import { escalated, resolved, ticketCreated } from '../fixtures/events.ts';
import { readRecords } from '../fixtures/records.ts';
import { openRedis } from '../fixtures/redis.ts';

const redis = openRedis();
let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
after(async () => {
  await sandbox.close();
  redis.disconnect();
});

const LINK = 'https://desk.example.com/tickets/35436';

for (const crm of ['hubspot', 'salesforce'] as const) {
  describe(`the ticket of an escalation, in ${crm}`, () => {
    it('is added once to the note of its conversation, whatever fails and however often it comes', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const records = readRecords(crm, sandbox.url);
      await desk.handle(escalated({ id: '1', conversationId: 'a' }));
      const event = ticketCreated({ id: '2', conversationId: 'a' });
      sandbox.fault(crm, { dropResponse: true, count: 1, method: 'PATCH' });
      await assert.rejects(desk.handle(event), { code: 'CONNECTION_FAILED' });
      await desk.handle(event);
      await desk.handle(event);
      const notes = await records.notes();
      assert.equal(notes.length, 1);
      assert.equal(notes[0]?.split(LINK).length, 2);
      assert.match(notes[0] ?? '', /The kettle arrived broken/);
      await desk.handle(resolved({ id: '3', conversationId: 'a' }));
      const [contact] = await records.contacts();
      assert.equal(contact?.chatbot_resolution_status, 'resolved');
      await records.close();
    });

    it('that comes before that note is added when the note is written, and once however often both come', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const records = readRecords(crm, sandbox.url);
      const ticket = ticketCreated({ id: '2', conversationId: 'b' });
      const escalation = escalated({ id: '1', conversationId: 'b' });
      await desk.handle(ticket);
      assert.deepEqual(await records.contacts(), []);
      for (const event of [escalation, ticket, escalation]) await desk.handle(event);
      const notes = await records.notes();
      assert.equal(notes.length, 1);
      assert.equal(notes[0]?.split(LINK).length, 2);
      await records.close();
    });

    it('that comes at the same time is added once', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const records = readRecords(crm, sandbox.url);
      await Promise.all([
        desk.handle(escalated({ id: '1', conversationId: 'c' })),
        desk.handle(ticketCreated({ id: '2', conversationId: 'c' })),
      ]);
      const notes = await records.notes();
      assert.equal(notes.length, 1);
      assert.equal(notes[0]?.split(LINK).length, 2);
      await records.close();
    });
  });
}

it('the ticket of an escalation is a short note where notes cannot be changed', async () => {
  await using desk = openDesk('http', sandbox, { redis });
  await desk.handle(escalated({ id: '1', conversationId: 'a' }));
  await desk.handle(ticketCreated({ id: '2', conversationId: 'a' }));
  const { path, body } = sandbox.effects('webhook').at(-1) ?? assert.fail('nothing was sent');
  assert.equal(path, '/notes');
  assert.partialDeepStrictEqual(body as object, { title: 'A ticket was opened for the conversation' });
  assert.ok(JSON.stringify(body).includes(LINK));
});

it('a ticket that no escalation led to, or of a person without an address, leaves the CRM as it is', async () => {
  await using desk = openDesk('hubspot', sandbox, { redis });
  const event = ticketCreated({ id: '1' });
  assert.equal(await desk.handle({ ...event, meta: { ...event.meta, source: 'zendesk' } }), 'not_escalated');
  assert.equal(await desk.handle({ ...event, conversationId: null }), 'not_escalated');
  assert.equal(await desk.handle({ ...event, email: null }), 'no_email');
  assert.equal(sandbox.effects('hubspot').length, 0);
});
