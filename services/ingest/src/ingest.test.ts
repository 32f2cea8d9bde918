import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeliveryError } from '@switchboard/kafka';
import { escalation, SECRET, sign, sourceOf, sourcesOf, startApp } from '../fixtures/app.ts';
import { refusals, SHAPES } from './http/refusals.ts';

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

  it('an undeclared type by skipping it, and logs it once', async (t) => {
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

  it('a skipped type that is a near miss with the type that it probably means, in the log too', async (t) => {
    const { post, lines } = await startApp(t);
    const answer = await post('/webhooks/escalation', '{"event":"order.create","data":{}}');
    assert.equal(answer.status, 200);
    assert.equal((answer.json() as { hint: string }).hint, 'Did you mean order.created?');
    const [line = '{}'] = lines.filter((text) => text.includes('undeclared type'));
    assert.partialDeepStrictEqual(JSON.parse(line), { name: 'order.create', hint: 'Did you mean order.created?' });
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

  it('are answered with the known shapes and where they are described, and with a hint for widespread ones', async (t) => {
    const { post } = await startApp(t);
    const cloudEvent = { specversion: '1.0', type: 'order.created', source: '/shop', id: 'e-1', data: {} };
    const bodies: [body: object, hint: RegExp | undefined, headers?: Record<string, string>][] = [
      [cloudEvent, /CloudEvents .* "type" as "event"/],
      [{ orderId: 'o-1' }, /CloudEvents .* ce-type/, { 'ce-specversion': '1.0', 'ce-type': 'order.created' }],
      [{ type: 'order.created', timestamp: 1, data: {} }, /"type" as "event"/],
      [{ hello: 'canary' }, undefined],
    ];
    for (const [body, expected, headers] of bodies) {
      const answer = await post('/webhooks/escalation', JSON.stringify(body), headers);
      assert.equal(answer.status, 400);
      const { hint, ...rest } = answer.json() as { hint?: string };
      if (expected === undefined) assert.equal(hint, undefined);
      else assert.match(String(hint), expected);
      assert.deepEqual(rest, { error: refusals.shape.error, ...SHAPES });
      assert.doesNotMatch(answer.text, /canary/);
    }
    const structured = await post('/webhooks/escalation', JSON.stringify(cloudEvent), {
      'content-type': 'application/cloudevents+json',
    });
    assert.equal(structured.status, 415);
    assert.deepEqual(structured.json(), { error: refusals.content_type.error, ...SHAPES });
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
    assert.deepEqual(await count('ingest_duplicates_total'), { 'escalation conversation.escalated id': 1 });
  });

  it('logs once a minute which topic or right it lacks, since no retry helps', async (t) => {
    let error = new DeliveryError('REFUSED', 'Kafka denies ingest Write on topic chat.conversations');
    const { post, lines } = await startApp(t, {
      publish: async () => {
        throw error;
      },
    });
    for (let turn = 0; turn < 3; turn += 1)
      assert.equal((await post('/webhooks/escalation', escalation())).status, 503);
    error = new DeliveryError('TIMEOUT', 'not acknowledged');
    await post('/webhooks/escalation', escalation());
    const complaints = lines.filter((line) => line.includes('events cannot be stored'));
    assert.equal(complaints.length, 1, complaints.join());
    assert.match(complaints.join(), /Kafka denies ingest Write on topic chat\.conversations/);
  });

  it('publishes one of a hundred equal events that come at once, and answers all with 200', async (t) => {
    const { post, published } = await startApp(t);
    const body = escalation();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post('/webhooks/escalation', body)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(published.length, 1);
  });

  it('takes one id of two event types for two events', async (t) => {
    const { post, published } = await startApp(t);
    for (const event of ['order.created', 'payment.confirmed']) {
      const answer = await post('/webhooks/escalation', JSON.stringify({ event, id: 'o-1', data: { orderId: 'o-1' } }));
      assert.deepEqual(answer.json(), { received: true, id: 'o-1' });
    }
    assert.equal(published.length, 2);
  });

  it('answers 409 to another content under a known id, keeps it in quarantine, and counts it', async (t) => {
    const { post, published, count } = await startApp(t);
    const order = (more: object, key = 'orderId') =>
      JSON.stringify({ event: 'order.created', id: 'e-1', data: { [key]: 'o-1', ...more } });
    assert.equal((await post('/webhooks/escalation', order({ total: 10 }))).status, 200);
    assert.match((await post('/webhooks/escalation', order({ total: '10.00' }, 'order_id'))).text, /"duplicate":true/);
    for (const other of [order({ total: 20 }), order({ total: 10, note: 'x' })]) {
      const answer = await post('/webhooks/escalation', other);
      assert.equal(answer.status, 409);
      assert.deepEqual(answer.json(), { error: 'Another event with this id was accepted before: send a new id' });
      assert.equal(published.at(-1)?.topic, 'ingest.quarantine');
      assert.equal(published.at(-1)?.value?.toString(), other);
    }
    assert.deepEqual(await count('ingest_rejected_total'), { 'escalation duplicate_differs': 2 });
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

  it('counts an unexpected failure', async (t) => {
    const broken = sourceOf('broken', {
      verify: () => {
        throw new TypeError('a bug');
      },
    });
    const { post, count } = await startApp(t, { sources: sourcesOf(broken) });
    assert.equal((await post('/webhooks/broken', escalation())).status, 500);
    assert.deepEqual(await count('ingest_rejected_total'), { 'broken internal': 1 });
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
