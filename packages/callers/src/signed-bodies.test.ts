import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { openTestCallers, requestOf } from '../fixtures/index.ts';

const SECRET = 'canary-secret-0123';
const NEXT = 'canary-secret-4567';
const NOW = 1_800_000_000_000;
const sign = (content: string, secret = SECRET) => createHmac('sha256', secret).update(content).digest('hex');
const BODY = '{"email": "a@x.org", "orderId": "ORD-1", "customer": {"id": 42}}';

const entry = (hmac = '', customer = '{ email: email, userId: customer.id }'): string => `callers:
  - name: chat-platform
    tenant: acme
    scopes: ["actions:*"]
    hmac: { secrets: [{ env: SECRET }, { env: NEXT }]${hmac} }
    customer: ${customer}
`;

async function open(t: TestContext, text = entry()) {
  const { callers, lines } = await openTestCallers(t, text, { environment: { SECRET, NEXT }, now: () => NOW });
  const call = (headers: Record<string, string>, body = BODY, url?: string) =>
    callers.authenticate(requestOf(headers, body, url));
  const outcome = async (...args: Parameters<typeof call>) => {
    const found = await call(...args);
    return found.kind === 'refused' ? found.fault : found.kind;
  };
  return { call, outcome, lines };
}

describe('callers that sign the body', () => {
  it('name their customer in it', async (t) => {
    const { call } = await open(t);
    assert.deepEqual(await call({ 'x-signature': sign(BODY) }), {
      kind: 'caller',
      key: 'signed',
      caller: {
        kind: 'signed',
        name: 'chat-platform',
        tenant: 'acme',
        scopes: ['actions:*'],
        person: { email: 'a@x.org', userId: '42' },
        isReplayable: true,
      },
    });
  });

  it('may write sha256= before the hex, and use any of their secrets', async (t) => {
    const { outcome } = await open(t);
    assert.equal(await outcome({ 'x-signature': `sha256=${sign(BODY)}` }), 'caller');
    assert.equal(await outcome({ 'x-signature': sign(BODY, NEXT).toUpperCase() }), 'caller');
    assert.equal(await outcome({ 'x-signature': sign(BODY, 'another-secret-01') }), 'signature');
    assert.equal(await outcome({ 'x-signature': sign(BODY) }, BODY.replace('a@x', 'b@x')), 'signature');
    assert.equal(await outcome({ 'x-signature': sign(BODY).slice(2) }), 'signature');
    assert.equal(await outcome({ 'x-signature': 'none' }), 'form');
    assert.equal(await outcome({ 'x-other': sign(BODY) }), 'missing');
  });

  it('must send a JSON object: a signature without one would open every address', async (t) => {
    const { outcome } = await open(t);
    for (const body of ['', '[]', 'null', '"a@x.org"', '{'])
      assert.equal(await outcome({ 'x-signature': sign(body) }, body), 'body', body);
  });

  it('name no one with a value that is no address or id', async (t) => {
    const { call } = await open(t);
    for (const body of [
      {},
      { email: 'x' },
      { email: ['a@x.org'] },
      { email: null, customer: 'id' },
      { customer: [] },
    ]) {
      const text = JSON.stringify(body);
      const found = await call({ 'x-signature': sign(text) }, text);
      assert.ok(found.kind === 'caller' && found.caller.person === undefined, text);
    }
    const { call: proto } = await open(t, entry('', '{ email: constructor.name, userId: __proto__.id }'));
    const found = await proto({ 'x-signature': sign(BODY) });
    assert.ok(found.kind === 'caller' && found.caller.person === undefined);
  });

  it('may sign the time, and then must be fresh', async (t) => {
    const { outcome } = await open(t, entry(', timestampHeader: x-timestamp'));
    const at = (seconds: number) => ({
      'x-timestamp': String(seconds),
      'x-signature': sign(`${seconds}.${BODY}`),
    });
    assert.equal(await outcome(at(NOW / 1_000)), 'caller');
    assert.equal(await outcome(at(NOW / 1_000 - 301)), 'expired');
    assert.equal(await outcome({ ...at(NOW / 1_000 - 301), 'x-timestamp': String(NOW / 1_000) }), 'signature');
    assert.equal(await outcome({ 'x-signature': sign(BODY) }), 'form', 'without a time');
  });

  it('may sign the address with the time, and then need no body', async (t) => {
    const hmac =
      ', content: "{method} {url} {timestamp} {body}", timestampHeader: x-timestamp, publicUrl: "https://actions.example/"';
    const { outcome } = await open(t, entry(hmac));
    const signed = (url: string, body = '') => ({
      'x-timestamp': String(NOW / 1_000),
      'x-signature': sign(`POST https://actions.example${url} ${NOW / 1_000} ${body}`),
    });
    assert.equal(await outcome(signed('/v1/actions/runs/1?a=b'), '', '/v1/actions/runs/1?a=b'), 'caller');
    assert.equal(await outcome(signed('/v1/actions/runs/1'), '', '/v1/actions/runs/2'), 'signature');
  });

  it('are not asked when the request has a bearer token', async (t) => {
    const { outcome } = await open(t);
    assert.equal(await outcome({ 'x-signature': sign(BODY), authorization: 'Bearer x' }), 'form');
  });

  it('appear in no log', async (t) => {
    const { outcome, lines } = await open(t, entry(', insecureSecrets: true'));
    await outcome({ 'x-signature': sign(BODY) });
    assert.match(lines.join(''), /"callers":\["chat-platform"\].*insecureSecrets/);
    assert.doesNotMatch(lines.join(''), /canary/);
  });
});
