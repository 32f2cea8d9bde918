import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutboundError, type OutboundResponse } from '@switchboard/outbound';
import type { Crm } from './crm.ts';
import { createHubspot } from './hubspot.ts';
import { createNote } from './note.ts';

const { signal } = new AbortController();
const note = createNote({ idempotencyKey: 'k', at: 0, title: 'title', summary: null, facts: {} });
const found = { results: [{ id: '7' }] };
const missing = { results: [], numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND' }] };

/** A HubSpot that answers with these bodies and statuses, one after the other. */
function answering(...answers: (object | number)[]): { crm: Crm; paths: string[] } {
  const paths: string[] = [];
  const crm = createHubspot({
    target: {
      name: 'hubspot',
      async request({ path }): Promise<OutboundResponse> {
        paths.push(path);
        const answer = answers.shift();
        if (typeof answer === 'object') return { status: 200, headers: {}, body: answer };
        throw new OutboundError('REJECTED', 'refused', { target: 'hubspot', status: answer, retry: 'never' });
      },
      refusal: () => undefined,
      credentialsRefused: () => assert.fail('not asked for'),
      check() {},
      close: () => Promise.resolve(),
    },
    objects: '/crm/objects/2026-03',
    fields: { lastInteraction: 'last', resolutionStatus: 'status', detectedIntent: 'intent' },
    noteKey: 'key',
    contactKey: 'phone_key',
  });
  return { crm, paths };
}

describe('a note that HubSpot does not take', () => {
  for (const status of [400, 409]) {
    it(`is there when an earlier try came first (${status})`, async () => {
      const { crm, paths } = answering(missing, status, found);
      await crm.saveNote('1', note, signal);
      assert.deepEqual(
        paths.map((path) => path.replace('/crm/objects/2026-03/', '')),
        ['notes/batch/read', 'notes', 'notes/batch/read'],
      );
    });
    it(`is refused when it is not there (${status})`, async () => {
      await assert.rejects(answering(missing, status, missing).crm.saveNote('1', note, signal), { status });
    });
  }
  it('is not looked for again when it was refused for another reason', async () => {
    await assert.rejects(answering(missing, 403, found).crm.saveNote('1', note, signal), { status: 403 });
  });
});

describe('an answer of HubSpot', () => {
  const save = ({ crm }: { crm: Crm }) =>
    crm.saveContact({ email: 'a@example.com' }, { at: 0, status: 'resolved' }, signal);

  it('that says neither that a contact is there nor that it is missing is not believed', async () => {
    const unsure = { results: [], errors: [{ category: 'RATE_LIMITS' }] };
    await assert.rejects(save(answering(unsure)), { code: 'BAD_RESPONSE', retry: undefined });
  });
  it('in another form is not believed', async () => {
    await assert.rejects(save(answering({ contacts: [] })), { code: 'BAD_RESPONSE' });
    await assert.rejects(save(answering(missing, { results: [] })), { code: 'BAD_RESPONSE' });
  });
});
