import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { until } from '@switchboard/stack/until';
import { openDesk } from '../fixtures/desk.ts';
import { escalated, lead, NOON, resolved } from '../fixtures/events.ts';
import { type Records, readRecords } from '../fixtures/records.ts';
import { openRedis } from '../fixtures/redis.ts';

const redis = openRedis();
const HOUR = 3_600_000;

/** What goes wrong with one request, and how the event then ends. */
const FAULTS = [
  {
    what: '429 with Retry-After',
    fault: { status: 429, retryAfter: 1 },
    error: { retry: 'when-available', retryAfterMs: 1_000 },
  },
  { what: '500', fault: { status: 500 }, error: { code: 'RETRYABLE_STATUS', retry: undefined } },
  { what: 'a dropped answer', fault: { dropResponse: true }, error: { code: 'CONNECTION_FAILED', retry: undefined } },
  { what: 'a time-out', fault: { latencyMs: 60_000 }, error: { code: 'TIMEOUT', retry: undefined } },
  { what: 'malformed JSON', fault: { malformed: true }, error: { code: 'BAD_RESPONSE', retry: undefined } },
  { what: '404', fault: { status: 404 }, error: { code: 'REJECTED', retry: 'never' } },
  { what: '422', fault: { status: 422 }, error: { code: 'REJECTED', retry: 'never' } },
] as const;

const STEPS = {
  hubspot: ['looks for the contact', 'saves the contact', 'looks for the note', 'adds the note'],
  salesforce: ['looks for the contact', 'saves the contact', 'saves the note'],
} as const;

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
after(async () => {
  await sandbox.close();
  redis.disconnect();
});

for (const crm of ['hubspot', 'salesforce'] as const) {
  describe(crm, () => {
    let records: Records;
    before(() => {
      records = readRecords(crm, sandbox.url);
    });
    after(() => records.close());

    /** Exactly one contact, as the catalogue's escalation makes it, and one note. */
    async function assertOneOfEach(): Promise<void> {
      const contacts = await records.contacts();
      assert.deepEqual(
        contacts.map(({ email }) => email),
        ['jane.doe@example.com'],
      );
      const [contact] = contacts;
      assert.equal(Date.parse(String(contact?.last_chatbot_interaction)), NOON);
      assert.equal(contact?.chatbot_resolution_status, 'escalated');
      assert.equal(contact?.chatbot_detected_intent, 'refund');
      assert.equal((await records.notes()).length, 1);
    }

    it('gets a contact and a note that says what happened', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      await desk.handle(escalated({ id: '1' }));
      await assertOneOfEach();
      const [contact] = await records.contacts();
      assert.deepEqual([contact?.firstname, contact?.lastname, contact?.phone], ['Jane', 'Doe', '+46 8 555 010 24']);
      const [note] = await records.notes();
      for (const text of ['The kettle arrived broken', 'Messages', '9', '5 min 12 s', 'chatbot_conversation']) {
        assert.ok(note?.includes(text), text);
      }
    });

    STEPS[crm].forEach((step, index) => {
      for (const { what, fault, error } of FAULTS) {
        it(`has one contact and one note after ${what} when it ${step}`, async () => {
          await using desk = openDesk(crm, sandbox, { redis, ...('latencyMs' in fault && { timeoutMs: 2_000 }) });
          let requests = 0;
          desk.onRequest = () => {
            if (requests === index)
              sandbox.fault(crm, { ...fault, count: 1, path: crm === 'hubspot' ? '/crm/' : '/data/' });
            requests += 1;
          };
          await assert.rejects(desk.handle(escalated({ id: '1' })), error);
          assert.equal(requests, index + 1, 'nothing came after it');
          const again = (): Promise<boolean> =>
            desk.handle(escalated({ id: '1' })).then(
              () => true,
              ({ code }) => (code === 'BUSY' ? false : assert.fail(code)),
            );
          await until('its pause is over', again);
          await assertOneOfEach();
        });
      }
    });

    it('has one contact and one note after the same event ten times, five of them at a time', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      await desk.handle(escalated({ id: '1' }));
      for (let n = 0; n < 5; n += 1) await desk.handle(escalated({ id: '1' }));
      await Promise.all(Array.from({ length: 5 }, () => desk.handle(escalated({ id: '1' }))));
      await assertOneOfEach();
    });

    it('has one contact when two conversations of a person, who writes the address in two ways, end at a time', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      await Promise.all([
        desk.handle(escalated({ id: '1', conversationId: 'a', email: 'Ada@Example.com ' })),
        desk.handle(resolved({ id: '2', conversationId: 'b', email: 'ada@example.com' })),
      ]);
      assert.equal((await records.contacts()).length, 1);
      assert.equal((await records.notes()).length, 2);
    });

    it('pauses the service while the credentials are refused', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      sandbox.fault(crm, { status: 401 });
      await assert.rejects(desk.handle(escalated({ id: '1' })), {
        code: 'AUTHENTICATION_FAILED',
        retry: 'when-available',
      });
      sandbox.reset();
      await desk.handle(escalated({ id: '1' }));
      await assertOneOfEach();
    });

    it('keeps the later interaction when a late event comes, and gets its note', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      await desk.handle(resolved({ id: '2', at: NOON + HOUR, intent: 'later' }));
      await desk.handle(escalated({ id: '1', at: NOON, intent: 'earlier' }));
      await desk.handle(lead({ id: '0', at: NOON - HOUR, email: 'jane.doe@example.com' }));
      const [contact] = await records.contacts();
      assert.equal(Date.parse(String(contact?.last_chatbot_interaction)), NOON + HOUR);
      assert.equal(contact?.chatbot_resolution_status, 'resolved');
      assert.equal(contact?.chatbot_detected_intent, 'later');
      assert.equal((await records.notes()).length, 3);
    });

    it('keeps the later interaction also when Redis has forgotten it', async () => {
      await using one = openDesk(crm, sandbox, { redis });
      await one.handle(resolved({ id: '2', at: NOON + HOUR }));
      await using other = openDesk(crm, sandbox, { redis });
      await other.handle(escalated({ id: '1', at: NOON }));
      const [contact] = await records.contacts();
      assert.equal(contact?.chatbot_resolution_status, 'resolved');
    });

    it('is not kept from later events by one whose sender is ahead of its time', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const early = escalated({ id: '1', at: NOON + 1_000 * 24 * HOUR });
      await desk.handle({ ...early, meta: { ...early.meta, receivedAt: NOON } });
      await desk.handle(resolved({ id: '2', at: NOON + 1 }));
      const [contact] = await records.contacts();
      assert.equal(contact?.chatbot_resolution_status, 'resolved');
    });

    it('keeps what people have corrected, and gets what it does not know', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const customer = { email: 'jane.doe@example.com', phone: null, company: null };
      await desk.handle(escalated({ id: '1', customer: { ...customer, name: 'Jane Doe' } }));
      await desk.handle(escalated({ id: '2', at: NOON + 1, customer: { ...customer, name: 'J D', phone: '+46 1' } }));
      const [contact] = await records.contacts();
      assert.deepEqual([contact?.firstname, contact?.lastname, contact?.phone], ['Jane', 'Doe', '+46 1']);
    });

    it('gets a lead', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      await desk.handle(lead({ id: '1', email: "o'brien@example.com", name: 'Pat', intent: null, summary: null }));
      const [contact] = await records.contacts();
      assert.equal(contact?.email, "o'brien@example.com");
      assert.equal(contact?.chatbot_resolution_status, 'lead_captured');
      assert.equal((await records.notes()).length, 1);
    });

    it('gets nothing of an event without an address, or with one that is none', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      assert.equal(await desk.handle(escalated({ id: '1', email: null })), 'no_email');
      assert.equal(await desk.handle(escalated({ id: '1', customer: null })), 'no_email');
      assert.equal(await desk.handle(lead({ id: '1', email: '  ', phone: null })), 'no_email');
      assert.equal(await desk.handle(lead({ id: '1', email: 'call me' })), 'invalid_email');
      assert.equal(sandbox.effects(crm).filter(({ path }) => !path.includes('token')).length, 0);
    });

    it('gets the name that comes after the address alone, or after the first name alone', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      for (const [id, names] of [
        ['a', [null, 'Ada', 'Ada Lovelace']],
        ['b', [null, null, 'Ada Lovelace']],
      ] as const) {
        const email = `${id}@example.com`;
        for (const [n, name] of names.entries()) {
          const customer = { email, name, phone: null, company: null };
          await desk.handle(escalated({ id: `${id}${n}`, at: NOON + n, customer }));
        }
      }
      const contacts = await records.contacts();
      assert.deepEqual(
        contacts.map(({ firstname, lastname }) => [firstname, lastname]),
        [
          ['Ada', 'Lovelace'],
          ['Ada', 'Lovelace'],
        ],
      );
    });

    it('takes 100 kB of anything', async () => {
      await using desk = openDesk(crm, sandbox, { redis });
      const nasty = `<img src=x onerror=alert(1)> **b** שלום \u202E\0\uD800 😀 ${'"&\n'.repeat(33_000)}`;
      const customer = { name: nasty, email: 'jane.doe@example.com', phone: nasty, company: nasty };
      const fields = { intent: nasty, reason: nasty, sentiment: nasty, summary: nasty, channel: nasty };
      await desk.handle(escalated({ id: '1', customer, ...fields, conversationId: nasty }));
      const [note = ''] = await records.notes();
      for (const unwanted of ['\0', '\u202E', '\uD800', ...(crm === 'hubspot' ? ['<img'] : [])]) {
        assert.ok(!note.includes(unwanted), JSON.stringify(unwanted));
      }
      assert.ok(note.includes('שלום') && note.includes('😀'));
    });
  });
}

describe('salesforce alone', () => {
  it('is asked again, without a failure, when its token has expired', async () => {
    await using desk = openDesk('salesforce', sandbox, { redis });
    await desk.handle(escalated({ id: '1' }));
    sandbox.fault('salesforce', { expireTokens: true });
    await desk.handle(resolved({ id: '2' }));
    const tokens = sandbox.effects('salesforce').filter(({ path }) => path.includes('token'));
    assert.equal(tokens.length, 2);
  });

  it('gets nothing of an address that is too long for it, which others take', async () => {
    const email = `${'a'.repeat(69)}@example.com`;
    for (const [crm, reason] of [
      ['salesforce', 'invalid_email'],
      ['hubspot', undefined],
    ] as const) {
      await using desk = openDesk(crm, sandbox, { redis });
      assert.equal(await desk.handle(lead({ id: '1', email })), reason);
      assert.equal(await desk.handle(lead({ id: '2', email: email.slice(1) })), undefined);
    }
  });

  it('is signed in to by a private key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    await using signed = await startSandbox({
      salesforcePublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    });
    const variables = {
      SALESFORCE_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      SALESFORCE_USERNAME: credentials.salesforce.username,
    };
    await using desk = openDesk('salesforce', signed, { redis, variables });
    await desk.handle(escalated({ id: '1' }));
    assert.equal(signed.effects('salesforce').filter(({ kind }) => kind === 'effect').length, 2);
  });

  it('updates a contact that was there before, and that has no external id', async () => {
    await using desk = openDesk('salesforce', sandbox, { redis });
    await desk.handle(lead({ id: '0', email: 'first@example.com' }));
    await using renamed = openDesk('salesforce', sandbox, { redis, variables: { FIELD_CONTACT_KEY: 'Other__c' } });
    await renamed.handle(escalated({ id: '1', email: 'first@example.com' }));
    const records = readRecords('salesforce', sandbox.url);
    assert.equal((await records.contacts()).length, 1);
    await records.close();
  });
});

describe('any other system', () => {
  it('gets the contact, then the note with its idempotency key, the same each time', async () => {
    await using desk = openDesk('http', sandbox, { redis });
    sandbox.fault('webhook', { dropResponse: true, count: 1, path: '/notes' });
    await assert.rejects(desk.handle(escalated({ id: '1' })), { code: 'CONNECTION_FAILED' });
    await desk.handle(escalated({ id: '1' }));
    const effects = sandbox.effects('webhook');
    assert.deepEqual(
      effects.map(({ path }) => path),
      ['/contacts', '/notes', '/contacts', '/notes'],
    );
    const [contact, first, , second] = effects;
    assert.deepEqual(contact?.body, {
      email: 'jane.doe@example.com',
      firstName: 'Jane',
      lastName: 'Doe',
      phone: '+46 8 555 010 24',
      properties: {
        last_chatbot_interaction: new Date(NOON).toISOString(),
        chatbot_resolution_status: 'escalated',
        chatbot_detected_intent: 'refund',
      },
    });
    assert.match(first?.headers['idempotency-key'] ?? '', /^[0-9a-f]{64}$/);
    assert.equal(first?.headers['idempotency-key'], second?.headers['idempotency-key']);
    assert.deepEqual(first?.body, second?.body);
    assert.match(JSON.stringify(first?.body), /"type":"chatbot_conversation"/);
  });
});
