import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'hubspot');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const CONTACTS = '/crm/v3/objects/contacts';
const NOTES = '/crm/v3/objects/notes';
const upsert = (email: string, properties: object = {}, path = CONTACTS) =>
  call('POST', `${path}/batch/upsert`, { inputs: [{ idProperty: 'email', id: email, properties }] });
const note = (contact: string, hs_note_body: string) =>
  call('POST', NOTES, {
    properties: { hs_timestamp: '2026-01-15T10:00:00Z', hs_note_body },
    associations: [
      { to: { id: contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ],
  });
const search = (path: string, propertyName: string, value: string) =>
  call('POST', `${path}/search`, { filterGroups: [{ filters: [{ propertyName, operator: 'EQ', value }] }] });

describe('contacts', () => {
  it('are created, then updated, by their e-mail address in any case', async () => {
    const created = (await upsert('Jane@Shop.example', { firstname: 'Jane' })).body.results[0];
    const updated = (await upsert('jane@shop.example', { lastname: 'Doe' })).body.results[0];
    assert.deepEqual([created.new, updated.new, updated.id], [true, false, created.id]);
    assert.partialDeepStrictEqual(updated.properties, {
      email: 'jane@shop.example',
      firstname: 'Jane',
      lastname: 'Doe',
    });
  });

  it('are the same under the dated paths', async () => {
    const { body } = await upsert('jane@shop.example', { firstname: 'Jane' }, '/crm/objects/2026-03/contacts');
    const { id } = body.results[0];
    assert.equal((await call('GET', `${CONTACTS}/${id}`)).body.properties.firstname, 'Jane');
  });

  it('are read by e-mail address or id, alone or in a batch that lists missing ones', async () => {
    const { id } = (await upsert('jane@shop.example')).body.results[0];
    assert.equal((await call('GET', `${CONTACTS}/jane%40shop.example?idProperty=email`)).body.id, id);
    assert.equal((await call('GET', `${CONTACTS}/999`)).body.category, 'OBJECT_NOT_FOUND');
    const inputs = [{ id: 'jane@shop.example' }, { id: 'no@shop.example' }];
    const { status, body } = await call('POST', `${CONTACTS}/batch/read`, { idProperty: 'email', inputs });
    assert.equal(status, 207);
    assert.deepEqual([body.results.length, body.errors[0].context.ids], [1, ['no@shop.example']]);
  });

  it('are found once the index has caught up', async () => {
    await upsert('jane@shop.example', { chatbot_detected_intent: 'refund' });
    assert.equal((await search(CONTACTS, 'chatbot_detected_intent', 'refund')).body.total, 1);
    sandbox.fault('hubspot', { indexLagMs: 60_000 });
    assert.equal((await search(CONTACTS, 'chatbot_detected_intent', 'refund')).body.total, 0);
    assert.equal((await call('GET', `${CONTACTS}/jane%40shop.example?idProperty=email`)).status, 200);
  });

  it('conflict when created twice', async () => {
    assert.equal((await call('POST', CONTACTS, { properties: { email: 'jane@shop.example' } })).status, 201);
    const { status, body } = await call('POST', CONTACTS, { properties: { email: 'jane@shop.example' } });
    assert.deepEqual([status, body.category], [409, 'CONFLICT']);
    assert.match(body.message, /Existing ID: \d+/);
  });

  it('are refused as a batch when one is invalid', async () => {
    const good = { idProperty: 'email', id: 'jane@shop.example', properties: {} };
    for (const inputs of [
      [],
      [good, good],
      [good, { ...good, id: 'nobody' }],
      [good, { idProperty: 'email', id: 'a@b.example', properties: { 'Not a name': 'x' } }],
      Array.from({ length: 101 }, (_, index) => ({ ...good, id: `jane${index}@shop.example` })),
    ]) {
      const { status, body } = await call('POST', `${CONTACTS}/batch/upsert`, { inputs });
      assert.deepEqual([status, body.category], [400, 'VALIDATION_ERROR']);
    }
    assert.equal((await call('GET', `${CONTACTS}/jane%40shop.example?idProperty=email`)).status, 404);
  });
});

describe('notes', () => {
  it('are listed and found by their contact', async () => {
    const { id } = (await upsert('jane@shop.example')).body.results[0];
    const { status, body } = await note(id, 'wants a refund');
    assert.equal(status, 201);
    assert.deepEqual((await call('GET', `${CONTACTS}/${id}/associations/notes`)).body.results, [
      { id: body.id, type: 'contact_to_note' },
    ]);
    const v4 = await call('GET', `/crm/v4/objects/contacts/${id}/associations/notes`);
    assert.equal(v4.body.results[0].toObjectId, body.id);
    const found = await search(NOTES, 'associations.contact', id);
    assert.deepEqual(
      found.body.results.map((one: { id: string }) => one.id),
      [body.id],
    );
  });

  it('are refused when too long, without a time, or for an unknown contact', async () => {
    const { id } = (await upsert('jane@shop.example')).body.results[0];
    assert.equal((await note(id, 'x'.repeat(65_536))).status, 201);
    assert.equal((await note(id, 'x'.repeat(65_537))).status, 400);
    assert.equal((await note('999', 'x')).status, 400);
    assert.equal((await call('POST', NOTES, { properties: { hs_note_body: 'x' } })).status, 400);
  });
});
