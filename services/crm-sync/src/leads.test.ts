import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { openDesk } from '../fixtures/desk.ts';
import { escalated, lead, NOON, resolved } from '../fixtures/events.ts';
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

const email = 'jane.doe@example.com';
const phone = '+46 8 555 010 24';
const effectsOf = (crm: 'hubspot' | 'salesforce', path: RegExp) =>
  sandbox.effects(crm).filter((effect) => effect.kind === 'effect' && path.test(effect.path));

for (const crm of ['hubspot', 'salesforce'] as const) {
  describe(`a lead in ${crm}`, () => {
    it('leaves a resolved matter resolved, in whatever order the events come, and also when Redis has forgotten', async () => {
      const [before, end, after] = [
        escalated({ id: '1', at: NOON }),
        resolved({ id: '2', at: NOON + 1 }),
        lead({ id: '3', at: NOON + 2, email }),
      ];
      for (const order of [
        [before, end, after],
        [after, end, before],
        [end, after, before],
        [after, before, end],
      ]) {
        sandbox.reset();
        const records = readRecords(crm, sandbox.url);
        await using desk = openDesk(crm, sandbox, { redis });
        for (const event of order) await desk.handle(event);
        const [contact] = await records.contacts();
        assert.equal(contact?.chatbot_resolution_status, 'resolved');
        assert.equal(Date.parse(String(contact?.last_chatbot_interaction)), NOON + 2);
        await using forgetful = openDesk(crm, sandbox, { redis });
        await forgetful.handle(lead({ id: '4', at: NOON + 3, email }));
        const [later] = await records.contacts();
        assert.equal(later?.chatbot_resolution_status, 'resolved');
        await records.close();
      }
    });

    it('follows an escalation as before', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const records = readRecords(crm, sandbox.url);
      await desk.handle(resolved({ id: '1', at: NOON }));
      await desk.handle(escalated({ id: '2', at: NOON + 1 }));
      await desk.handle(lead({ id: '3', at: NOON + 2, email }));
      const [contact] = await records.contacts();
      assert.equal(contact?.chatbot_resolution_status, 'lead_captured');
      await records.close();
    });

    it('with only a phone number is one contact, whatever fails and however often it comes', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const records = readRecords(crm, sandbox.url);
      if (crm === 'hubspot') sandbox.fault(crm, { indexLagMs: 600_000 });
      const path = crm === 'hubspot' ? 'batch/upsert' : '/Contact/';
      sandbox.fault(crm, { dropResponse: true, count: 1, path });
      const event = lead({ id: '1', email: null, phone, name: 'Jane Doe' });
      await assert.rejects(desk.handle(event), { code: 'CONNECTION_FAILED' });
      await desk.handle(event);
      await desk.handle(lead({ id: '2', at: NOON + 1, email: null, phone: '+46855501024', name: null }));
      if (crm === 'hubspot') sandbox.fault(crm, { indexLagMs: 0 });
      const contacts = await records.contacts();
      assert.equal(contacts.length, 1);
      assert.deepEqual([contacts[0]?.lastname, contacts[0]?.phone], ['Doe', phone]);
      assert.equal((await records.notes()).length, 2);
      await records.close();
    });

    it('with only a phone number joins the contact that has it', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const records = readRecords(crm, sandbox.url);
      await desk.handle(lead({ id: '1', email, phone, name: 'Jane Doe' }));
      await desk.handle(lead({ id: '2', at: NOON + 1, email: null, phone, intent: 'upgrade' }));
      const contacts = await records.contacts();
      assert.equal(contacts.length, 1);
      assert.equal(contacts[0]?.chatbot_detected_intent, 'upgrade');
      assert.equal((await records.notes()).length, 2);
      await records.close();
    });

    it('with neither an address nor a phone number is not stored', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      assert.equal(await desk.handle(lead({ id: '1', email: null, phone: null })), 'no_email');
      assert.equal(await desk.handle(lead({ id: '2', email: null, phone: 'call me' })), 'no_email');
      const customer = { name: 'Jane', email: null, phone, company: null };
      assert.equal(await desk.handle(escalated({ id: '3', customer })), 'no_email');
    });

    it('that does not meet the condition is not stored', async () => {
      await using desk = openDesk(crm, sandbox, { redis, variables: { LEAD_CONDITION: 'event.score >= 50.0' } });
      assert.equal(await desk.handle(lead({ id: '1', email, score: 49 })), 'condition_not_met');
      assert.equal(sandbox.effects(crm).length, 0);
      assert.equal(await desk.handle(lead({ id: '2', email, score: 50 })), undefined);
    });
  });
}

describe('a lead as a Lead of Salesforce', () => {
  const open = () => openDesk('salesforce', sandbox, { redis, variables: { SALESFORCE_LEADS: 'lead' } });
  const leadsOf = () => effectsOf('salesforce', /\/Lead\//);

  it('is one Lead with its note, however often it comes, with a company even if none is known', async () => {
    await using desk = open();
    for (let times = 0; times < 3; times += 1) await desk.handle(lead({ id: '1', email, company: null }));
    await desk.handle(lead({ id: '2', at: NOON + 1, email, company: 'Acme', intent: 'upgrade' }));
    const [created, ...updates] = leadsOf();
    const updated = updates.at(-1);
    assert.equal(new Set(updates.map(({ path }) => path)).size, 1);
    assert.partialDeepStrictEqual(created?.body, { Company: '[not provided]', Email: email });
    assert.match(updated?.path ?? '', /\/Lead\/00Q/);
    assert.equal(effectsOf('salesforce', /\/Contact\//).length, 0);
    const notes = effectsOf('salesforce', /\/Task\//).map(({ body }) => (body as { WhoId: string }).WhoId);
    assert.ok(notes.length > 0 && notes.every((who) => who.startsWith('00Q')));
  });

  it('is a contact if the person is one, and other events make contacts', async () => {
    await using desk = open();
    await desk.handle(escalated({ id: '1' }));
    await desk.handle(lead({ id: '2', at: NOON + 1, email }));
    assert.deepEqual(leadsOf(), []);
  });
});
