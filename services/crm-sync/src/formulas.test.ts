import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { openDesk } from '../fixtures/desk.ts';
import { escalated, lead } from '../fixtures/events.ts';
import { openRedis } from '../fixtures/redis.ts';
import type { CrmName } from '../fixtures/variables.ts';
import type { Crm, Note, Person } from './crm.ts';
import { withoutFormulas } from './formulas.ts';

/** What reaches the CRM of a person with this company, phone and intent. */
async function saved(fields: Partial<Person>, intent?: string): Promise<Person & { intent: string | undefined }> {
  let given: (Person & { intent: string | undefined }) | undefined;
  const crm: Crm = {
    async saveContact(person, interaction) {
      given = { ...person, intent: interaction?.intent };
      return '1';
    },
    saveNote: async () => {},
  };
  const person = { email: 'ada@example.com', ...fields } as Person;
  await withoutFormulas(crm).saveContact(person, { at: 0, status: 'resolved', intent }, AbortSignal.timeout(1_000));
  return given ?? assert.fail('nothing was saved');
}

describe('a text that a spreadsheet would take for a formula', () => {
  for (const text of ['=HYPERLINK("https://a.example","x")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '＝1+1']) {
    it(`${JSON.stringify(text)} gets an apostrophe in front`, async () => {
      const person = await saved({ firstName: text, lastName: text, company: text, jobTitle: text, phone: text }, text);
      const { firstName, lastName, company, jobTitle, phone, intent } = person;
      for (const field of [firstName, lastName, company, jobTitle, intent]) assert.equal(field, `'${text}`.trim());
      if (text !== '+1+1') assert.equal(phone, `'${text}`);
    });
  }

  it('is no longer than the CRM takes, also with its apostrophe', async () => {
    const { jobTitle = '' } = await saved({ jobTitle: `=${'x'.repeat(127)}` });
    assert.equal(jobTitle.length, 128);
    assert.match(jobTitle, /^'=x+…$/);
  });

  it('is not one that only holds such a sign', async () => {
    const { company, lastName } = await saved({ company: 'A=B+C', lastName: "O'Neill-Smith" });
    assert.deepEqual([company, lastName], ['A=B+C', "O'Neill-Smith"]);
  });
});

it('a phone number in international form stays dialable, and a formula is no phone number', async () => {
  for (const phone of ['+49 89 1234567', '+1 (555) 010-2030', '+46 8/555.010.24', '089 1234567']) {
    assert.equal((await saved({ phone })).phone, phone);
  }
  for (const phone of ["+1+cmd|'/C calc'!A0", '=1', '+49 89 x', '-1', '+']) {
    assert.equal((await saved({ phone })).phone, `'${phone}`);
  }
});

it('an e-mail address stays, because it is the key of the contact', async () => {
  assert.equal((await saved({ email: '=a@example.com' })).email, '=a@example.com');
});

it('the fields of a note are made safe where the CRM keeps them as such', async () => {
  const notes: Note[] = [];
  const messages = [{ speaker: '=s', time: '', text: '+t' }];
  const note = { key: 'k', at: 0, title: 't', summary: '=1', facts: [{ label: 'Intent', value: '@x' }], messages };
  for (const hasNoteFields of [true, false]) {
    const crm: Crm = {
      hasNoteFields,
      saveContact: async () => '1',
      saveNote: async (_contact, note) => void notes.push(note),
    };
    await withoutFormulas(crm).saveNote('1', note, AbortSignal.timeout(1_000));
  }
  assert.deepEqual([notes[0]?.summary, notes[0]?.facts[0]?.value], ["'=1", "'@x"]);
  assert.deepEqual(notes[0]?.messages, [{ speaker: "'=s", time: '', text: "'+t" }]);
  assert.deepEqual(notes[1], note);
});

describe('what each CRM gets', () => {
  const redis = openRedis();
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  beforeEach(() => sandbox.reset());
  after(async () => {
    redis.disconnect();
    await sandbox.close();
  });

  const name = '=Ada +Lovelace';
  const customer = { name, email: 'ada@example.com', phone: '+46 8 555', company: '@Acme' };

  async function sent(crm: CrmName, variables: Record<string, string> = {}): Promise<string> {
    await using desk = openDesk(crm, sandbox, { redis, variables });
    await desk.handle(escalated({ id: '1', customer, intent: '=2*3' }));
    await desk.handle(lead({ id: '2', email: 'bob@example.com', jobTitle: '-1' }));
    return JSON.stringify(sandbox.effects(crm === 'http' ? 'webhook' : crm).map(({ body }) => body));
  }

  for (const crm of ['hubspot', 'salesforce', 'http'] as const) {
    it(`${crm}: no field begins like a formula`, async () => {
      const bodies = await sent(crm);
      for (const text of ["'=Ada", "'+Lovelace", "'=2*3", "'-1", '+46 8 555']) {
        assert.ok(bodies.includes(`"${text}"`), `${text} is not in ${bodies}`);
      }
      for (const [, first] of bodies.matchAll(/":"([=@-])/g)) assert.fail(`a field begins with ${first}`);
    });

    it(`${crm}: NEUTRALISE_FORMULAS=false leaves texts as they are`, async () => {
      const bodies = await sent(crm, { NEUTRALISE_FORMULAS: 'false' });
      for (const text of ['=Ada', '+Lovelace', '=2*3', '-1']) assert.ok(bodies.includes(`"${text}"`), text);
    });
  }
});
