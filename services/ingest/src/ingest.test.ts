import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { DeliveryError } from '@switchboard/kafka';
import { escalation, SECRET, sign, sourceOf, startApp } from '../fixtures/app.ts';
import { createAddressList } from './address-list.ts';
import type { Source } from './sources.ts';

const one = (source: Source) => ({ get: (name: string) => (name === source.name ? source : undefined) });

describe('answers', () => {
  it('a signed escalation with its conversation, once it is published', async (t) => {
    const { post, published, count } = await startApp(t);
    const answer = await post('/webhooks/escalation', escalation({ conversationId: 'c-77' }));
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '{"received":true,"conversationId":"c-77"}');
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    const [record] = published;
    assert.ok(record);
    assert.equal(record.topic, 'chat.conversations');
    assert.equal(record.key, 'acme:c-77');
    assert.partialDeepStrictEqual(record.headers, {
      ce_id: 'c-77:2026-01-15T10:00:00Z:conversation.escalated',
      ce_type: 'conversation.escalated',
      ce_subject: 'c-77',
    });
    assert.ok(Math.abs((record.deadline ?? 0) - Date.now()) < 2_500);
    assert.deepEqual(await count('ingest_received_total'), { escalation: 1 });
    assert.deepEqual(await count('ingest_enqueued_total'), { 'escalation conversation.escalated': 1 });
  });

  it('an event without a conversation with its id', async (t) => {
    const { post } = await startApp(t);
    const article = { articleId: 'a-1', action: 'published', title: 'T', content: 'C', event_id: 'e-1' };
    assert.equal((await post('/webhooks/cms-update', JSON.stringify(article))).text, '{"received":true,"id":"e-1"}');
  });

  it('a type nobody declared by skipping it, told to the operator once', async (t) => {
    const { post, published, count, lines } = await startApp(t);
    for (let time = 0; time < 2; time += 1) {
      const answer = await post('/webhooks/escalation', '{"event":"bot.started","data":{}}');
      assert.equal(answer.status, 200);
      assert.equal(answer.text, '{"skipped":true,"reason":"Unhandled event type"}');
    }
    assert.deepEqual(published, []);
    assert.deepEqual(await count('ingest_skipped_total'), { escalation: 2 });
    assert.equal(lines.filter((line) => line.includes('bot.started')).length, 1);
  });

  it('a trace that the sender began goes on, and a malformed one does not', async (t) => {
    const { post, published } = await startApp(t);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await post('/webhooks/escalation', escalation(), { traceparent });
    await post('/webhooks/escalation', escalation(), { traceparent: 'x' });
    assert.deepEqual(
      published.map(({ headers }) => headers.traceparent),
      [traceparent, undefined],
    );
  });
});

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
    const secrets = ['old', 'new', 'newest'].map((secret) => createSecretKey(Buffer.from(secret)));
    const { post } = await startApp(t, { sources: one(sourceOf('shop', { secrets })) });
    for (const secret of ['old', 'new', 'newest']) {
      const body = escalation();
      const signature = { 'x-webhook-signature': sign(body, secret).toUpperCase() };
      assert.equal((await post('/webhooks/shop', body, signature)).status, 200, secret);
    }
    const body = escalation();
    assert.equal((await post('/webhooks/shop', body, { 'x-webhook-signature': sign(body, 'older') })).status, 401);
  });
});

describe('admission', () => {
  it('knows only declared sources, whatever the rest of the request is', async (t) => {
    const { post, count } = await startApp(t);
    for (const source of [
      'nobody',
      '__proto__',
      'constructor',
      'x'.repeat(99),
      '%2e%2e',
      'escalation%20',
      'ESCALATION',
    ]) {
      assert.equal((await post(`/webhooks/${source}`, escalation())).status, 404, source);
    }
    const answer = await post('/webhooks/nobody', 'x', {
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
    const direct = await startApp(t, { sources: one(home) });
    const forwarded = { 'x-forwarded-for': '203.0.113.5' };
    const refused = await direct.post('/webhooks/shop', escalation(), forwarded);
    assert.equal(refused.status, 403);
    const behind = await startApp(t, {
      sources: one(home),
      limits: { trustedProxies: createAddressList(['127.0.0.1']) },
    });
    assert.equal((await behind.post('/webhooks/shop', escalation(), forwarded)).status, 200);
    for (const hops of ['198.51.100.1', '203.0.113.5, 198.51.100.1', 'x', '']) {
      const answer = await behind.post('/webhooks/shop', escalation(), { 'x-forwarded-for': hops });
      assert.equal(answer.status, 403, hops);
    }
    const local = sourceOf('shop', { allow: createAddressList(['127.0.0.0/8']) });
    assert.equal((await (await startApp(t, { sources: one(local) })).post('/webhooks/shop', escalation())).status, 200);
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
    assert.equal((await post('/webhooks/nobody', '{}', { 'x-forwarded-for': '198.51.100.1' })).status, 429);
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation ip_rate': 1, 'unknown ip_rate': 1 });
  });

  it('limits a source by what is really its own', async (t) => {
    const { post } = await startApp(t, { sources: one(sourceOf('shop', { rate: { perSecond: 0.01, burst: 2 } })) });
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

describe('bad bodies of real senders', () => {
  it('are named and kept as they came when they are no JSON object', async (t) => {
    const { post, published } = await startApp(t);
    const bodies: [body: string | Buffer, message: RegExp][] = [
      ['', /empty/],
      ['not json', /not JSON/],
      ['{"event":"conversation.escalated"', /ends too early/],
      ['\uFEFF{}', /byte order mark/],
      [Buffer.from('7b2261223a22ff227d', 'hex'), /UTF-8/],
      ['[]', /not an object/],
      ['"x"', /not an object/],
      ['{"a":1,"a":2}', /Duplicate key "a"/],
      [`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, /deeper than 64/],
      ['{"a":9007199254740993}', /at \/a cannot be kept exactly/],
      ['{"a":"\\ud800"}', /surrogate/],
      ['{}', /none of the known shapes/],
    ];
    for (const [body, message] of bodies) {
      const answer = await post('/webhooks/escalation', body);
      assert.equal(answer.status, 400, String(body));
      assert.match((answer.json() as { error: string }).error, message);
      const kept = published.at(-1);
      assert.equal(kept?.topic, 'ingest.quarantine');
      assert.deepEqual(kept?.value, Buffer.from(body));
      assert.partialDeepStrictEqual(kept?.headers, {
        source: 'escalation',
        tenant: 'acme',
        'content-type': 'application/json',
      });
      assert.ok(Number(kept?.headers['received-at']) > 0);
    }
    assert.equal(published.length, bodies.length);
  });

  it('are answered with each wrong field when they break the schema, and kept', async (t) => {
    const { post, published, count, lines } = await startApp(t);
    const body = JSON.stringify({
      event: 'conversation.escalated',
      id: 'e-9',
      data: { intent: 5, confidence: 1.5, transcript: [{ role: 'user' }, {}], customer: 'canary' },
    });
    const answer = await post('/webhooks/escalation', body);
    assert.equal(answer.status, 422);
    const { error, problems } = answer.json() as { error: string; problems: { path: string; message: string }[] };
    assert.match(error, /schema/);
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      'data.confidence',
      'data.conversationId',
      'data.customer',
      'data.intent',
      'data.transcript[1].role',
    ]);
    for (const { message } of problems) assert.match(message, /^(must|is) /);
    const [kept] = published;
    assert.equal(kept?.headers.reason, 'schema');
    assert.match(String(kept?.headers.problems), /data\.confidence must be/);
    assert.deepEqual(kept?.value, Buffer.from(body));
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation schema': 1 });
    assert.equal(lines.filter((line) => line.includes('event rejected')).length, 1);
    assert.doesNotMatch(lines.join(''), /canary/);
  });

  it('are refused for now when they cannot be kept', async (t) => {
    const { post, count } = await startApp(t, {
      publish: async () => {
        throw new DeliveryError('TIMEOUT', 'no broker');
      },
    });
    const answer = await post('/webhooks/escalation', 'not json');
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '1');
    assert.deepEqual(await count('ingest_quarantine_failures_total'), { escalation: 1 });
  });

  it('keep hostile keys and NUL exactly, or are refused', async (t) => {
    const { post, published } = await startApp(t, {
      encode: ({ meta }) => Buffer.from(meta.extra ?? ''),
    });
    const own = '"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"nul":"a\\u0000b","pair":"😀"';
    const body = `{"event":"conversation.escalated","data":{"conversationId":"c",${own}}}`;
    assert.equal((await post('/webhooks/escalation', body)).status, 200);
    assert.equal(String(published[0]?.value), `{${own}}`);
    assert.equal(({} as Record<string, unknown>).x, undefined);
  });
});

describe('delivery', () => {
  it('answers 503 with Retry-After whenever Kafka has not acknowledged, and forgets the event', async (t) => {
    let code: 'TIMEOUT' | 'QUEUE_FULL' | 'CLOSED' | 'UNKNOWN_TOPIC' | undefined;
    const { post, count } = await startApp(t, {
      publish: async () => {
        if (code !== undefined) throw new DeliveryError(code, 'not written');
      },
    });
    const body = escalation();
    for (code of ['TIMEOUT', 'QUEUE_FULL', 'CLOSED', 'UNKNOWN_TOPIC'] as const) {
      const answer = await post('/webhooks/escalation', body);
      assert.equal(answer.status, 503, code);
      assert.equal(answer.headers['retry-after'], '1');
    }
    code = undefined;
    assert.doesNotMatch((await post('/webhooks/escalation', body)).text, /duplicate/);
    assert.match((await post('/webhooks/escalation', body)).text, /"duplicate":true/);
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation not_acknowledged': 4 });
    assert.deepEqual(await count('ingest_duplicates_total'), { 'escalation conversation.escalated': 1 });
  });

  it('publishes one of a hundred equal events that come at once, and answers all with 200', async (t) => {
    const { post, published } = await startApp(t);
    const body = escalation();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post('/webhooks/escalation', body)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(published.length, 1);
  });

  it('takes one id from two sources for two events', async (t) => {
    const { post, published } = await startApp(t);
    const body = escalation();
    await post('/webhooks/escalation', body);
    await post('/webhooks/cms-update', body);
    assert.equal(published.length, 2);
  });

  it('keeps what can never be published, and does not ask to send it again', async (t) => {
    const kept: string[] = [];
    let fault: Error = new DeliveryError('TOO_LARGE', 'too large');
    const { post, lines } = await startApp(t, {
      publish: async ({ topic }) => {
        if (topic !== 'ingest.quarantine') throw fault;
        kept.push(topic);
      },
    });
    assert.equal((await post('/webhooks/escalation', escalation())).status, 413);
    fault = new TypeError('a bug', { cause: new Error('quoting canary') });
    assert.equal((await post('/webhooks/escalation', escalation())).status, 500);
    assert.equal(kept.length, 2);
    assert.match(lines.join(''), /a bug/);
    assert.doesNotMatch(lines.join(''), /canary/);
  });
});

describe('secrets of the sender', () => {
  it('appear in no log line, whatever the answer', async (t) => {
    const { post, lines } = await startApp(t);
    const canary = {
      conversationId: 'c-log',
      intent: 'canary-intent',
      summary: 'canary-summary',
      customer: { name: 'canary-name', email: 'canary@example.com', phone: '+46-canary' },
      transcript: [{ role: 'user', text: 'canary-text' }],
      canaryKey: 'canary-extra',
    };
    const good = escalation(canary);
    const bad = escalation({ ...canary, confidence: 'canary-confidence' });
    const more = {
      authorization: 'Bearer canary-token',
      'x-forwarded-for': 'canary-address',
      'user-agent': 'canary-agent',
    };
    assert.equal((await post('/webhooks/escalation', good, more)).status, 200);
    assert.equal((await post('/webhooks/escalation', bad, more)).status, 422);
    assert.equal((await post('/webhooks/escalation', `${good}canary`, more)).status, 400);
    assert.equal((await post('/webhooks/escalation', '{"event":"canary@example.com","data":{}}', more)).status, 200);
    assert.equal((await post('/webhooks/escalation', good, { ...more, 'x-webhook-signature': 'canary' })).status, 401);
    assert.equal((await post('/webhooks/canary', good, more)).status, 404);
    const log = lines.join('');
    assert.match(log, /"problems":\["data\.confidence"\]/);
    assert.doesNotMatch(log, /canary/);
    for (const body of [good, bad]) assert.ok(!log.includes(sign(body)));
    assert.ok(!log.includes(SECRET));
  });
});
