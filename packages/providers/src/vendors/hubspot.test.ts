import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { Signature } from '@hubspot/api-client/lib/src/utils/signature.js';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { createMapper, NOW, NUMBER } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { hubspot } from './hubspot.ts';

const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const URL = 'https://www.example.com/webhook_uri';
const BODY = "{'example_field':'example_value'}";
const TIME = 1693657560000;
const SIGNATURE = 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=';

const sent = { url: URL, body: BODY, signature: SIGNATURE as string | undefined, time: String(TIME), secret: SECRET };
const judge = (change: Partial<typeof sent> = {}, now = TIME) => {
  const { url, body, signature, time, secret } = { ...sent, ...change };
  const keys = [createSecretKey(Buffer.from('older')), createSecretKey(Buffer.from(secret))];
  return hubspot.verifier({ keys, requireTimestamp: false, publicUrl: URL, settings: {} })(
    {
      method: 'POST',
      url,
      headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': time },
      body: Buffer.from(body),
    },
    now,
  );
};
const MISMATCH = { kind: 'invalid', fault: 'mismatch' };

describe("HubSpot's signature", () => {
  passesEveryProvider(hubspot, { secret: 'local-secret', otherSecret: 'another', covers: { body: true, time: true } });

  it("accepts the documentation's example", () => {
    assert.deepEqual(judge(), { kind: 'valid' });
  });

  it("accepts what HubSpot's library signs, and signs what the library makes", async () => {
    const now = Date.now();
    const url = `${URL}?a=b%40c&d=%20`;
    const signed = (address: string) =>
      Signature.getSignature('POST', 'v3', {
        url: address,
        clientSecret: SECRET,
        requestBody: '[]',
        timestamp: now,
        signature: '',
      });
    for (const address of [url, `${URL}?a=b@c&d=%20`])
      assert.deepEqual(judge({ url, body: '[]', signature: signed(address), time: String(now) }, now), {
        kind: 'valid',
      });
    const made = await hubspot.sign({ method: 'POST', url, body: Buffer.from('[]') }, SECRET, now);
    assert.equal(made['x-hubspot-signature-v3'], signed(`${URL}?a=b@c&d=%20`));
  });

  it('refuses a flipped byte, another address, time and secret', () => {
    assert.deepEqual(judge({ body: BODY.replace('v', 'w') }), MISMATCH);
    assert.deepEqual(judge({ url: `${URL}/` }), MISMATCH);
    assert.deepEqual(judge({ time: String(TIME + 1) }), MISMATCH);
    assert.deepEqual(judge({ secret: 'other' }), MISMATCH);
  });

  it('judges the time after the signature', () => {
    assert.deepEqual(judge({}, TIME + 300_000), { kind: 'valid' });
    assert.deepEqual(judge({}, TIME + 300_001), { kind: 'stale', skewMs: -300_001 });
    assert.deepEqual(judge({ secret: 'other' }, 0), MISMATCH);
  });

  it('refuses a missing header and other forms', () => {
    assert.deepEqual(judge({ signature: undefined }), { kind: 'invalid', fault: 'missing' });
    assert.deepEqual(judge({ signature: '?' }), { kind: 'invalid', fault: 'form' });
    assert.deepEqual(judge({ time: '1693657560' }), { kind: 'invalid', fault: 'form' });
  });

  it('divides a body into its events', () => {
    const items = (body: [] | { a: number }[] | { a: number }) => hubspot.split?.({ body, headers: {} });
    assert.deepEqual(items([{ a: 1 }, { a: 2 }]), [{ a: 1 }, { a: 2 }]);
    assert.deepEqual(items([]), []);
    assert.deepEqual(items({ a: 1 }), [{ a: 1 }]);
  });
});

describe('hubspot mapping', () => {
  knowsItsExamples(hubspot);
  mapsItsExamples(hubspot, {
    'contacts created and changed': [
      { type: 'lead.captured', id: Number(`${NUMBER}1`), at: NOW, fields: { leadId: String(NUMBER) } },
      {
        type: 'customer.updated',
        id: Number(`${NUMBER}2`),
        at: NOW,
        fields: {
          customerId: String(NUMBER),
          email: 'ada@example.com',
          changes: { email: 'ada@example.com' },
          changedBy: 'userId:9586504',
          updatedAt: NOW,
        },
      },
    ],
    'contact changed by the app itself': [],
  });

  it('maps a removed value, other properties, and objects by the id of their type', () => {
    const mapBody = createMapper(hubspot);
    const sent = { objectId: 1, eventId: 2, subscriptionType: 'object.propertyChange', objectTypeId: '0-1' };
    const changed = (change: Record<string, string | null>) => mapBody([{ ...sent, ...change }])[0]?.fields;
    assert.deepEqual(changed({ propertyName: 'phone', propertyValue: null }), {
      customerId: '1',
      changes: { phone: '' },
    });
    assert.equal(changed({ propertyName: '__proto__', propertyValue: 'x' })?.customerId, '1');
    assert.deepEqual(changed({ propertyName: 'jobtitle', propertyValue: 'CTO', changeSource: 'FORM' }), {
      customerId: '1',
      jobTitle: 'CTO',
      changes: { jobtitle: 'CTO' },
      changedBy: 'FORM',
    });
    assert.deepEqual(mapBody([{ ...sent, objectTypeId: '0-2', propertyName: 'x' }]), []);
  });
});
