import assert from 'node:assert/strict';
import { createHash, createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { getExpectedTwilioSignature, validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks.js';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { createMapper, RUN } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { twilio } from './twilio.ts';

const TOKEN = '12345';
const URL = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const FORM = new URLSearchParams({
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
}).toString();
const SIGNATURE = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';
const JSON_BODY = '{"property": "value", "boolean": true}';
const JSON_URL = `${URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;
const JSON_SIGNATURE = 'a9nBmqA0ju/hNViExpshrM61xv4=';

const verifyWith = (token: string) =>
  twilio.verifier({
    keys: [createSecretKey(Buffer.from(token))],
    requireTimestamp: false,
    publicUrl: 'https://mycompany.com/myapp.php',
    settings: {},
  });
const judge = (body: string, signature: string | undefined, url = URL, token = TOKEN) =>
  verifyWith(token)(
    { method: 'POST', url, headers: { 'x-twilio-signature': signature }, body: Buffer.from(body) },
    Date.now(),
  );
const MISMATCH = { kind: 'invalid', fault: 'mismatch' };

describe("Twilio's signature", () => {
  passesEveryProvider(twilio, { secret: 'local-secret', otherSecret: 'another', covers: { body: true, time: false } });

  it("accepts the documentation's form and JSON", () => {
    assert.deepEqual(judge(FORM, SIGNATURE), { kind: 'valid' });
    assert.deepEqual(judge(JSON_BODY, JSON_SIGNATURE, JSON_URL), { kind: 'valid' });
  });

  it("accepts what Twilio's library signs, and signs what the library accepts", async () => {
    const fields = { To: '+1', Body: 'é & + =', From: 'whatsapp:+2', MediaUrl0: '', a: ['y', 'x', 'y'] };
    const form = 'To=%2B1&Body=%C3%A9+%26+%2B+%3D&From=whatsapp%3A%2B2&MediaUrl0=&a=y&a=x&a=y';
    assert.deepEqual(judge(form, getExpectedTwilioSignature(TOKEN, URL, fields)), { kind: 'valid' });
    const message = { method: 'POST', url: URL, body: Buffer.from(form) };
    const { 'x-twilio-signature': signature = '' } = await twilio.sign(message, TOKEN, 0);
    assert.ok(validateRequest(TOKEN, signature, URL, fields));
    const json = { method: 'POST', url: JSON_URL, body: Buffer.from(JSON_BODY) };
    const { 'x-twilio-signature': ofJson = '' } = await twilio.sign(json, TOKEN, 0);
    assert.ok(validateRequestWithBody(TOKEN, ofJson, JSON_URL, JSON_BODY));
  });

  it('accepts an address with and without its port, as the library does', () => {
    for (const [signed, called] of [
      ['https://a.example/x', 'https://a.example:443/x'],
      ['https://a.example:443/x?y=1', 'https://a.example/x?y=1'],
      ['https://a.example/x', 'https://a.example:8443/x'],
      ['https://a.example:8443/x', 'https://a.example:8443/x'],
      ['http://a.example:80', 'http://a.example'],
    ] as const) {
      const signature = getExpectedTwilioSignature(TOKEN, signed, { a: '1' });
      assert.ok(validateRequest(TOKEN, signature, called, { a: '1' }));
      assert.deepEqual(judge('a=1', signature, called), { kind: 'valid' }, `${signed} called as ${called}`);
    }
    const signature = getExpectedTwilioSignature(TOKEN, 'https://a.example:8443/x', { a: '1' });
    assert.deepEqual(judge('a=1', signature, 'https://a.example/x'), MISMATCH);
  });

  it('refuses a flipped byte, another address, another token and a body without its hash', () => {
    assert.deepEqual(judge(FORM.replace('1234', '1235'), SIGNATURE), MISMATCH);
    assert.deepEqual(judge(FORM, SIGNATURE, 'https://mycompany.com/myapp.php'), MISMATCH);
    assert.deepEqual(judge(FORM, SIGNATURE, URL, '12346'), MISMATCH);
    assert.deepEqual(judge(`${JSON_BODY} `, JSON_SIGNATURE, JSON_URL), MISMATCH);
    assert.equal(createHash('sha256').update(JSON_BODY).digest('hex'), JSON_URL.split('bodySHA256=')[1]);
  });

  it('refuses a missing header, another form, and more fields than Twilio sends', () => {
    assert.deepEqual(judge(FORM, undefined), { kind: 'invalid', fault: 'missing' });
    assert.deepEqual(judge(FORM, 'sha1=?'), { kind: 'invalid', fault: 'form' });
    assert.deepEqual(judge('a=1&'.repeat(1_250_000), SIGNATURE), { kind: 'invalid', fault: 'form' });
  });

  it('answers with TwiML that does nothing', () => {
    assert.match(twilio.reply?.contentType ?? '', /^text\/xml/);
    assert.match(twilio.reply?.body ?? '', /<Response><\/Response>$/);
  });
});

describe('twilio mapping', () => {
  knowsItsExamples(twilio);
  mapsItsExamples(twilio, {
    SMS: [
      {
        type: 'message.received',
        id: `SM${RUN}`,
        fields: {
          userId: '+14158675309',
          messageId: `SM${RUN}`,
          text: 'Where is my order?',
          channel: 'sms',
          customer: { phone: '+14158675309' },
        },
      },
    ],
    'WhatsApp message with a picture': [
      {
        type: 'message.received',
        id: `MM${RUN}`,
        fields: {
          userId: 'whatsapp:+14158675309',
          messageId: `MM${RUN}`,
          text: 'It arrived broken',
          channel: 'whatsapp',
          attachments: [{ url: 'https://api.twilio.com/Media/ME1', type: 'image/jpeg' }],
          customer: { phone: '+14158675309', name: 'Ada Lovelace' },
        },
      },
    ],
    'status of a sent message': [
      {
        type: 'message.status',
        id: `SM${RUN}-undelivered`,
        fields: {
          userId: '+14158675309',
          messageId: `SM${RUN}`,
          status: 'failed',
          errorCode: '30003',
          phone: '+14158675309',
          channel: 'sms',
        },
      },
    ],
    'status of a queued message': [],
  });

  it('maps no message that was sent by the account', () => {
    const sent = { MessageSid: 'SM1', Body: 'It is on its way.', From: '+18005551212' };
    assert.equal(createMapper(twilio)({ ...sent, SmsStatus: 'received' }).length, 1);
    assert.deepEqual(createMapper(twilio)({ ...sent, SmsStatus: 'sent' }), []);
  });
});
