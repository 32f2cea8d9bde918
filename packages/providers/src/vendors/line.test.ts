import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { validateSignature } from '@line/bot-sdk';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { judge, VALID } from '../../fixtures/judge.ts';
import { NOW } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { line } from './line.ts';

const SECRET = 'test_secret';
const body = '{"hello":"world"}';

describe('LINE', () => {
  passesEveryProvider(line, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: false },
  });

  mapsItsExamples(line, {
    message: [
      {
        type: 'message.received',
        id: 'run-1-1',
        at: NOW,
        fields: {
          conversationId: 'U80696558e1aa831fb56c1a8c1e7ed3a1',
          userId: 'U80696558e1aa831fb56c1a8c1e7ed3a1',
          messageId: '14353798921116',
          text: 'Hello, world',
          channel: 'line',
          sentAt: NOW,
        },
      },
      {
        type: 'message.received',
        id: 'run-1-2',
        at: NOW,
        fields: {
          conversationId: 'Ca56f94637c',
          userId: 'U80696558e1aa831fb56c1a8c1e7ed3a1',
          messageId: '354718705',
          attachments: [{ type: 'file', name: 'file.txt' }],
          channel: 'line',
          sentAt: NOW,
        },
      },
    ],
  });

  it('accepts the published signature', async () => {
    const headers = { 'x-line-signature': 't7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=' };
    assert.deepEqual(await judge(line, { secrets: [SECRET], headers, body }), VALID);
  });

  it("signs as LINE's library wants it", async () => {
    const signed = await line.sign({ method: 'POST', url: '', body: Buffer.from(body) }, SECRET, Date.now());
    assert.equal(validateSignature(body, SECRET, signed['x-line-signature'] ?? ''), true);
  });

  it('answers the button that verifies the address', () => {
    assert.equal(line.handshake?.({ body: { destination: 'U1', events: [] }, headers: {} })?.status, 200);
    assert.equal(line.handshake?.({ body: { destination: 'U1', events: [{}] }, headers: {} }), undefined);
  });

  it('splits a body into its events, odd ones as well', () => {
    const split = (body: never) => line.split?.({ body, headers: {} });
    assert.deepEqual(split({ destination: 'U1', events: [{ type: 'message' }, 7] } as never), [
      { envelope: { destination: 'U1' }, event: { type: 'message' } },
      { envelope: { destination: 'U1' }, event: 7 },
    ]);
    assert.deepEqual(split({ events: 'none' } as never), [{ events: 'none' }]);
  });
});
