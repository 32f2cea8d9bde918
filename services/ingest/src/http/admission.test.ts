import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { escalation, sign, sourceOf, sourcesOf, startApp } from '../../fixtures/app.ts';
import { createAddressList } from './address-list.ts';

describe('signatures', () => {
  it('that are missing, empty, wrong or malformed are all answered alike, and nothing is published', async (t) => {
    const { post, published, count, lines } = await startApp(t);
    const body = escalation();
    const right = sign(body);
    const wrong: Record<string, string | string[] | undefined> = {
      missing: undefined,
      empty: '',
      'of another secret': sign(body, 'another'),
      'of another body': sign('{}'),
      'too short': right.slice(0, 62),
      'too long': `${right}00`,
      'odd length': right.slice(1),
      'not hex': 'z'.repeat(64),
      'partly hex': `${right.slice(0, 63)}g`,
      prefixed: `sha256=${right}`,
      base64: Buffer.from(right, 'hex').toString('base64'),
      spaced: `${right.slice(0, 32)} ${right.slice(32)}`,
      'two headers': [right, right],
      'two headers, one wrong': ['0'.repeat(64), right],
      'not ASCII': `${right.slice(0, 63)}é`,
      huge: 'a'.repeat(8_000),
    };
    for (const [name, signature] of Object.entries(wrong)) {
      const answer = await post('/webhooks/escalation', body, { 'x-webhook-signature': signature });
      assert.equal(answer.status, 401, name);
      assert.equal(answer.text, '{"error":"Invalid signature"}', name);
    }
    assert.deepEqual(published, []);
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation signature': Object.keys(wrong).length });
    assert.ok(!lines.some((line) => line.includes(right)));
  });

  it('cover every byte of the body', async (t) => {
    const { post, published } = await startApp(t);
    const body = escalation();
    const signature = { 'x-webhook-signature': sign(body) };
    for (let at = 0; at < body.length; at += 7) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] as number) ^ 1;
      assert.equal((await post('/webhooks/escalation', changed, signature)).status, 401);
    }
    const spaced = JSON.stringify(JSON.parse(body), null, 1);
    assert.equal((await post('/webhooks/escalation', spaced, signature)).status, 401);
    assert.equal((await post('/webhooks/escalation', `${body}\n`, signature)).status, 401);
    assert.equal((await post('/webhooks/escalation', '', { 'x-webhook-signature': sign(body) })).status, 401);
    assert.deepEqual(published, []);
  });

  it('are accepted in upper case, and of every live secret', async (t) => {
    const secrets = ['old', 'new', 'newest'];
    const { post } = await startApp(t, { sources: sourcesOf(sourceOf('shop', { secrets })) });
    for (const secret of ['old', 'new', 'newest']) {
      const body = escalation();
      const signature = { 'x-webhook-signature': sign(body, secret).toUpperCase() };
      assert.equal((await post('/webhooks/shop', body, signature)).status, 200, secret);
    }
    const body = escalation();
    assert.equal((await post('/webhooks/shop', body, { 'x-webhook-signature': sign(body, 'older') })).status, 401);
  });
});

describe('timestamps', () => {
  const seconds = (ago: number): string => String(Math.floor(Date.now() / 1_000) - ago);
  const timed = (body: string, timestamp: string) => ({
    'x-webhook-timestamp': timestamp,
    'x-webhook-signature': sign(`${timestamp}.${body}`),
  });

  it('are optional, signed with the body, and count for five minutes', async (t) => {
    const { post, published, count } = await startApp(t);
    const statusWith = async (timestamp: string): Promise<number> => {
      const body = escalation();
      return (await post('/webhooks/escalation', body, timed(body, timestamp))).status;
    };
    for (const ago of [0, 240, -240]) assert.equal(await statusWith(seconds(ago)), 200, String(ago));
    for (const ago of [360, 86_400, -360]) assert.equal(await statusWith(seconds(ago)), 401, String(ago));
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation timestamp': 3 });
    for (const timestamp of ['', 'now', '-1', '1e9', `${seconds(0)}000`, `${seconds(0)}.0`, ` ${seconds(0)}.`]) {
      assert.equal(await statusWith(timestamp), 401, timestamp);
    }
    assert.equal(published.length, 3);
  });

  it('that are changed, added, dropped or sent twice break the signature', async (t) => {
    const { post, count } = await startApp(t);
    const body = escalation();
    const [old, now] = [seconds(3_600), seconds(0)];
    for (const headers of [
      { ...timed(body, old), 'x-webhook-timestamp': now },
      { ...timed(body, old), 'x-webhook-timestamp': undefined },
      { ...timed(body, now), 'x-webhook-timestamp': [now, now] },
      { 'x-webhook-timestamp': now, 'x-webhook-signature': sign(body) },
    ]) {
      const answer = await post('/webhooks/escalation', body, headers);
      assert.deepEqual([answer.status, answer.json()], [401, { error: 'Invalid signature' }]);
    }
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation signature': 4 });
  });

  it('can be required, and a stranger does not learn that they are', async (t) => {
    const { post } = await startApp(t, { sources: sourcesOf(sourceOf('shop', { requireTimestamp: true })) });
    const body = escalation();
    assert.equal((await post('/webhooks/shop', body, timed(body, seconds(0)))).status, 200);
    const untimed = await post('/webhooks/shop', body);
    assert.deepEqual([untimed.status, untimed.json()], [401, { error: 'Sign with the current time' }]);
    const forged = await post('/webhooks/shop', body, { 'x-webhook-signature': '0'.repeat(64) });
    assert.deepEqual(forged.json(), { error: 'Invalid signature' });
  });
});

describe('admission', () => {
  it('knows only declared sources, whatever the rest of the request is', async (t) => {
    const { post, count } = await startApp(t);
    for (const source of [
      'stranger',
      '__proto__',
      'constructor',
      'x'.repeat(99),
      '%2e%2e',
      'escalation%20',
      'ESCALATION',
    ]) {
      assert.equal((await post(`/webhooks/${source}`, escalation())).status, 404, source);
    }
    const answer = await post('/webhooks/stranger', 'x', {
      'content-type': 'text/plain',
      'x-webhook-signature': undefined,
    });
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json(), { error: 'Unknown source' });
    assert.deepEqual(Object.keys(await count('ingest_received_total')), ['unknown']);
    for (const path of ['/', '/webhooks', '/webhooks/', '/webhooks/escalation/x']) {
      assert.equal((await post(path, escalation())).status, 404, path.slice(0, 40));
    }
  });

  it('takes JSON in UTF-8 only, before it looks at the signature', async (t) => {
    const { post } = await startApp(t);
    const unsigned = { 'x-webhook-signature': undefined };
    for (const type of [
      undefined,
      'text/plain',
      'text/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=latin1',
      'application/json; profile=x',
      'application/json5',
      'application/json, text/plain',
      'application\t/json',
      'json',
      'nonsense',
      '/',
    ]) {
      const answer = await post('/webhooks/escalation', escalation(), { ...unsigned, 'content-type': type });
      assert.equal(answer.status, 415, type);
    }
    for (const encoding of ['gzip', 'br', 'identity', '']) {
      const headers = { ...unsigned, 'content-encoding': encoding };
      assert.equal((await post('/webhooks/escalation', escalation(), headers)).status, 415, encoding);
    }
    for (const type of [
      'application/json',
      'Application/JSON',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'application/json\t;\tcharset=utf-8',
      'application/json ; charset=utf-8',
    ]) {
      assert.equal((await post('/webhooks/escalation', escalation(), { 'content-type': type })).status, 200, type);
    }
  });

  it('lets only allowed addresses in, by the socket or by what a trusted proxy says', async (t) => {
    const home = sourceOf('shop', { allow: createAddressList(['203.0.113.0/24']) });
    const direct = await startApp(t, { sources: sourcesOf(home) });
    const forwarded = { 'x-forwarded-for': '203.0.113.5' };
    const refused = await direct.post('/webhooks/shop', escalation(), forwarded);
    assert.equal(refused.status, 403);
    const behind = await startApp(t, {
      sources: sourcesOf(home),
      limits: { trustedProxies: createAddressList(['127.0.0.1']) },
    });
    assert.equal((await behind.post('/webhooks/shop', escalation(), forwarded)).status, 200);
    for (const hops of ['198.51.100.1', '203.0.113.5, 198.51.100.1', 'x', '']) {
      const answer = await behind.post('/webhooks/shop', escalation(), { 'x-forwarded-for': hops });
      assert.equal(answer.status, 403, hops);
    }
    const local = sourceOf('shop', { allow: createAddressList(['127.0.0.0/8']) });
    assert.equal(
      (await (await startApp(t, { sources: sourcesOf(local) })).post('/webhooks/shop', escalation())).status,
      200,
    );
  });

  it('limits an address, and each address behind a proxy on its own', async (t) => {
    const { post, count } = await startApp(t, {
      limits: { ipRate: 0.01, trustedProxies: createAddressList(['127.0.0.1']) },
    });
    const from = (address: string) => post('/webhooks/escalation', escalation(), { 'x-forwarded-for': address });
    assert.equal((await from('198.51.100.1')).status, 200);
    const refused = await from('198.51.100.1');
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) > 90);
    assert.equal((await from('198.51.100.2')).status, 200);
    assert.equal((await post('/webhooks/stranger', '{}', { 'x-forwarded-for': '198.51.100.1' })).status, 429);
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation ip_rate': 1, 'unknown ip_rate': 1 });
  });

  it('limits a source by what is really its own', async (t) => {
    const { post } = await startApp(t, {
      sources: sourcesOf(sourceOf('shop', { rate: { perSecond: 0.01, burst: 2 } })),
    });
    for (let junk = 0; junk < 20; junk += 1) {
      const answer = await post('/webhooks/shop', escalation(), { 'x-webhook-signature': '0'.repeat(64) });
      assert.equal(answer.status, 401);
    }
    assert.equal((await post('/webhooks/shop', escalation())).status, 200);
    assert.equal((await post('/webhooks/shop', escalation())).status, 200);
    const refused = await post('/webhooks/shop', escalation());
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) > 90);
  });
});
