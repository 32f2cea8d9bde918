import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { NOW, SECONDS } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { front } from './front.ts';

const secrets = ['a-secret'];
const body = '{"id":"evt_1"}';
const sha1 = createHmac('sha1', 'a-secret').update(body).digest('base64');

describe('Front', () => {
  passesEveryProvider(front, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: true },
  });

  mapsItsExamples(front, {
    'inbound by an application': [
      {
        type: 'message.received',
        id: 'evt_run-1-inbound',
        at: SECONDS + 0.123,
        fields: {
          conversationId: 'cnv_55c8c149',
          userId: 'jane.doe@example.com',
          messageId: 'msg_run-1',
          text: 'It should have been here yesterday.',
          attachments: [{ url: 'https://files.example.com/list.png', type: 'image/png', name: 'list.png' }],
          channel: 'email',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          sentAt: NOW + 123,
        },
      },
    ],
    'inbound by a rule': [
      {
        type: 'message.received',
        id: 'evt_run-1-inbound',
        at: SECONDS + 0.123,
        fields: {
          conversationId: 'cnv_55c8c149',
          userId: 'jane.doe@example.com',
          messageId: 'msg_run-1',
          text: 'It should have been here yesterday.',
          attachments: [{ url: 'https://files.example.com/list.png', type: 'image/png', name: 'list.png' }],
          channel: 'email',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          sentAt: NOW + 123,
        },
      },
    ],
    outbound: [],
  });

  it('accepts an application webhook: the time in milliseconds, a colon and the body', async () => {
    const signature = createHmac('sha256', 'a-secret').update(`1700000000000:${body}`).digest('base64');
    const headers = { 'x-front-signature': signature, 'x-front-request-timestamp': '1700000000000' };
    assert.deepEqual(await judge(front, { secrets, headers, body, now: 1_700_000_000_000 }), VALID);
  });

  it('accepts a rule webhook, which signs no time, unless the source requires one', async () => {
    const headers = { 'x-front-signature': sha1 };
    assert.deepEqual(await judge(front, { secrets, headers, body }), VALID);
    const stale = { kind: 'stale', skewMs: undefined };
    assert.deepEqual(await judge(front, { secrets, headers, body, requireTimestamp: true }), stale);
    const timed = { ...headers, 'x-front-request-timestamp': '1700000000000' };
    assert.deepEqual(
      await judge(front, { secrets, headers: timed, body, now: 1_700_000_000_000 }),
      invalid('mismatch'),
    );
  });

  it('answers the challenge', () => {
    const reply = front.handshake?.({ body: { type: 'sync' }, headers: { 'x-front-challenge': 'random' } });
    assert.deepEqual(reply, { status: 200, contentType: 'text/plain', body: 'random' });
    assert.equal(front.handshake?.({ body: { type: 'sync' }, headers: {} }), undefined);
  });

  it('unwraps an application webhook', () => {
    const split = (body: never) => front.split?.({ body, headers: {} });
    const envelope = { type: 'inbound_received', authorization: { id: 'cmp_abc' } };
    assert.deepEqual(split({ ...envelope, payload: { id: 'evt_1' } } as never), [{ envelope, id: 'evt_1' }]);
    assert.deepEqual(split({ id: 'evt_1', type: 'inbound' } as never), [{ id: 'evt_1', type: 'inbound' }]);
  });
});
