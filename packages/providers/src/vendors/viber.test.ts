import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { judge, VALID } from '../../fixtures/judge.ts';
import { createMapper, NOW, NUMBER } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { viber } from './viber.ts';

describe('Viber', () => {
  passesEveryProvider(viber, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: false },
  });

  mapsItsExamples(viber, {
    message: [
      {
        type: 'message.received',
        id: NUMBER,
        at: NOW,
        fields: {
          userId: '01234567890A=',
          messageId: String(NUMBER),
          text: 'The receipt',
          attachments: [{ url: 'https://files.example.com/receipt.jpg', type: 'picture' }],
          channel: 'viber',
          locale: 'en',
          customer: { name: 'John McClane' },
          sentAt: NOW,
        },
      },
    ],
    seen: [
      {
        type: 'message.status',
        id: `${NUMBER}-seen`,
        at: NOW,
        fields: {
          userId: '01234567890A=',
          messageId: String(NUMBER),
          status: 'read',
          channel: 'viber',
          changedAt: NOW,
        },
      },
    ],
    subscribed: [],
  });

  it('accepts what the documentation describes: the hex HMAC of the body by the token', async () => {
    const token = '445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9';
    const body = '{"event":"delivered","message_token":491266184665523145}';
    const headers = { 'x-viber-content-signature': createHmac('sha256', token).update(body).digest('hex') };
    assert.deepEqual(await judge(viber, { secrets: [token], headers, body }), VALID);
  });

  it('maps a token that JSON cannot hold as a number, once it is read as text', () => {
    const body = { event: 'seen', timestamp: NOW, message_token: '4912661846655238145', user_id: 'u' };
    const [status] = createMapper(viber)(body);
    assert.deepEqual(status?.id, '4912661846655238145-seen');
    assert.deepEqual(status?.fields.messageId, '4912661846655238145');
  });

  it('answers the event that is sent when the address is set', () => {
    const body = { event: 'webhook', timestamp: 1457764197627, message_token: 241256543215 };
    assert.equal(viber.handshake?.({ body, headers: {} })?.status, 200);
    assert.equal(viber.handshake?.({ body: { ...body, event: 'message' }, headers: {} }), undefined);
  });
});
