import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { validateSignature } from '@line/bot-sdk';
import { judge, VALID } from '../fixtures/judge.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { line } from './line.ts';

const SECRET = 'test_secret';
const body = '{"hello":"world"}';

describe('LINE', () => {
  passesEveryProvider(line, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: false },
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
      { destination: 'U1', event: { type: 'message' } },
      { destination: 'U1', event: 7 },
    ]);
    assert.deepEqual(split({ events: 'none' } as never), [{ events: 'none' }]);
  });
});
