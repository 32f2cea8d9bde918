import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutboundError, type OutboundRequest } from '@switchboard/outbound';
import type { Crm } from './crm.ts';
import { createSalesforce } from './salesforce.ts';

const { signal } = new AbortController();
const person = { email: "o'brien\\@example.com", firstName: 'Pat' };

/** A Salesforce that holds these contacts, and answers what is written with this. */
function answering(
  records: object[],
  status: number,
  body: unknown,
  requests: OutboundRequest[] = [],
  refusal?: OutboundError,
): Crm {
  return createSalesforce({
    target: {
      name: 'salesforce',
      async request(request) {
        requests.push(request);
        if (request.method === 'GET') return { status: 200, headers: {}, body: { records } };
        return { status, headers: {}, body };
      },
      refusal: () => refusal,
      credentialsRefused: () => assert.fail('not asked for'),
      check() {},
      close: () => Promise.resolve(),
    },
    version: 'v62.0',
    fields: { lastInteraction: 'Last__c', resolutionStatus: 'Status__c', detectedIntent: 'Intent__c' },
    contactKey: 'Key__c',
    noteKey: 'Note__c',
    leadObject: 'Contact',
  });
}

/** Saves a contact that is not there yet. */
const save = (status: number, body: unknown, requests?: OutboundRequest[]): Promise<string> =>
  answering([], status, body, requests).saveContact(person, { at: 0, status: 'resolved' }, signal);

describe('Salesforce', () => {
  const refusals = [
    { status: 403, code: 'REQUEST_LIMIT_EXCEEDED', error: { code: 'RETRYABLE_STATUS', retry: 'when-available' } },
    { status: 400, code: 'UNABLE_TO_LOCK_ROW', error: { code: 'RETRYABLE_STATUS', retry: undefined } },
    { status: 400, code: 'DUPLICATE_VALUE', error: { code: 'RETRYABLE_STATUS', retry: undefined } },
    { status: 400, code: 'DUPLICATES_DETECTED', error: { code: 'DUPLICATES_DETECTED', retry: 'never' } },
    { status: 400, code: 'Jane Doe', error: { code: 'REJECTED', retry: 'never' } },
    { status: 300, code: 'UNUSED', error: { code: 'AMBIGUOUS_KEY', retry: 'never' } },
  ];
  for (const { status, code, error } of refusals) {
    it(`that answers ${status} ${code} is understood`, async () => {
      await assert.rejects(
        save(status, [{ errorCode: code, message: 'Jane Doe' }]),
        (thrown: Error & { code: string; retry: string }) => {
          assert.deepEqual({ code: thrown.code, retry: thrown.retry }, error);
          assert.doesNotMatch(thrown.message, /Jane/);
          return true;
        },
      );
    });
  }

  it('that refuses one request after the other pauses the service', async () => {
    const refusal = new OutboundError('AUTHENTICATION_FAILED', 'refuses us', { target: 'salesforce' });
    const crm = answering([], 403, [{ errorCode: 'API_DISABLED_FOR_ORG' }], [], refusal);
    await assert.rejects(crm.saveContact(person, { at: 0, status: 'resolved' }, signal), refusal);
  });

  it('is asked for an address as it is, and gives a new contact a last name', async () => {
    const requests: OutboundRequest[] = [];
    assert.equal(await save(201, { id: '003' }, requests), '003');
    assert.match(requests[0]?.query?.q ?? '', / WHERE Email = 'o\\'brien\\\\@example\.com' ORDER BY /);
    assert.equal(requests[1]?.path, "/services/data/v62.0/sobjects/Contact/Key__c/o'brien%5C%40example.com");
    const { Email, FirstName, LastName } = (requests[1]?.body ?? {}) as Record<string, unknown>;
    assert.deepEqual([Email, FirstName, LastName], [person.email, undefined, 'Pat']);
  });

  const email = 'ada@example.com';
  const lovelace = { firstName: 'Ada', lastName: 'Lovelace' };
  for (const [what, held, person, changes] of [
    ['the address', { LastName: email }, lovelace, { FirstName: 'Ada', LastName: 'Lovelace' }],
    ['the address', { LastName: email }, { firstName: 'Ada' }, { LastName: 'Ada' }],
    ['the first name', { LastName: 'Ada' }, lovelace, { FirstName: 'Ada', LastName: 'Lovelace' }],
    ['the address, when there is no other', { LastName: email }, {}, undefined],
    ['the first name, when there is no other', { LastName: 'Ada' }, { firstName: 'Ada' }, undefined],
    ['the same as the first name', { FirstName: 'Ada', LastName: 'Ada' }, lovelace, undefined],
    ['what somebody has written', { FirstName: 'A.', LastName: 'King' }, lovelace, undefined],
  ] as const) {
    const outcome = changes === undefined ? 'keeps a last name' : 'gets a name in place of a last name';
    it(`${outcome} that is ${what}: ${Object.values(person).join(' ') || 'no name'}`, async () => {
      const requests: OutboundRequest[] = [];
      const record = { Id: '003', Email: email, Last__c: new Date(0).toISOString(), Status__c: 'resolved', ...held };
      await answering([record], 204, undefined, requests).saveContact(
        { email, ...person },
        { at: 0, status: 'resolved' },
        signal,
      );
      assert.deepEqual(requests[1]?.body, changes);
    });
  }
});
