import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '@switchboard/stack/until';
import { escalation, sign, sourceOf, sourcesOf, startApp } from '../../fixtures/app.ts';

const head = (headers: string[], source = 'escalation'): string =>
  [`POST /webhooks/${source} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers, '', ''].join('\r\n');

const chunk = (data: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);

const quick = {
  requestTimeout: 600,
  keepAliveTimeout: 300,
  http: { headersTimeout: 300, connectionsCheckingInterval: 50 },
};

describe('size', () => {
  it('is judged by its announcement before the body is read, and so is the source', async (t) => {
    const { dial } = await startApp(t);
    const large = dial();
    large.write(head(['Content-Length: 1048577']));
    await eventually(() => assert.match(large.received(), /^HTTP\/1\.1 413 .*"The body is too large"/s));
    const unknown = dial();
    unknown.write(head(['Content-Length: 1000'], 'stranger'));
    await eventually(() => assert.match(unknown.received(), /^HTTP\/1\.1 404 .*"Unknown source"/s));
  });

  it('is bounded where nothing is announced, and so is the memory', async (t) => {
    const { dial, count, published } = await startApp(t);
    const client = dial();
    client.write(head(['Transfer-Encoding: chunked']));
    client.write(Buffer.concat(Array(320).fill(chunk(Buffer.alloc(64 * 1024, 0x20)))));
    let most = 0;
    while (client.received() === '') {
      await turn();
      most = Math.max(most, (await count('ingest_in_flight_bytes'))[''] ?? 0);
    }
    assert.match(client.received(), /^HTTP\/1\.1 413 /);
    assert.ok(most > 0 && most < 1.1 * 1_048_576, `${most} bytes in flight`);
    await eventually(async () => assert.deepEqual(await count('ingest_in_flight_bytes'), { '': 0 }));
    assert.deepEqual(published, []);
  });

  it("has each source's own limit, and takes a body that just fits", async (t) => {
    const small = sourceOf('small', { maxBytes: 2_000 });
    const { post } = await startApp(t, { sources: sourcesOf(small) });
    const fitting = escalation().padEnd(2_000);
    assert.equal((await post('/webhooks/small', fitting)).status, 200);
    assert.equal((await post('/webhooks/small', `${fitting} `)).status, 413);
    const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' };
    assert.equal((await post('/webhooks/small', escalation().padEnd(2_000), chunked)).status, 200);
    assert.equal((await post('/webhooks/small', `${fitting} `, chunked)).status, 413);
  });

  it('of a hundred thousand pieces takes no more memory than its bytes', async (t) => {
    const { dial, count } = await startApp(t, { limits: { inFlightBytes: 2_000_000 } });
    const client = dial();
    client.write(head(['Transfer-Encoding: chunked']));
    const piece = chunk(Buffer.alloc(1, 0x20));
    for (let sent = 0; sent < 100_000; sent += 1_000) client.write(Buffer.concat(Array(1_000).fill(piece)));
    await eventually(async () => assert.ok(((await count('ingest_in_flight_bytes'))[''] ?? 0) >= 100_000));
    assert.ok(((await count('ingest_in_flight_bytes'))[''] ?? 0) < 300_000);
  });

  it('of a megabyte is taken in pieces of any length', async (t) => {
    const { dial, published } = await startApp(t);
    const body = escalation({ unknownToTheSchema: 'x'.repeat(1_048_000) });
    const client = dial();
    client.write(head([`Content-Length: ${body.length}`, `X-Webhook-Signature: ${sign(body)}`]));
    for (let at = 0; at < body.length; at += 99_991) client.write(body.slice(at, at + 99_991));
    await eventually(() => assert.match(client.received(), /^HTTP\/1\.1 200 /));
    assert.equal(published.length, 1);
  });
});

describe('a length that lies', () => {
  it('by more than was sent publishes nothing and leaves nothing behind', async (t) => {
    const { dial, published, count } = await startApp(t);
    const body = escalation();
    const client = dial();
    client.write(head([`Content-Length: ${body.length + 50}`, `X-Webhook-Signature: ${sign(body)}`]) + body);
    await eventually(async () => assert.notDeepEqual(await count('ingest_in_flight_bytes'), { '': 0 }));
    client.socket.end();
    await eventually(async () => assert.deepEqual(await count('ingest_rejected_total'), { 'escalation aborted': 1 }));
    await eventually(() => assert.match(client.received(), /^HTTP\/1\.1 400 /));
    await eventually(() => assert.ok(client.closed()));
    assert.deepEqual(await count('ingest_in_flight_bytes'), { '': 0 });
    assert.deepEqual(published, []);
  });

  it('by less than was sent leaves a signature that does not fit, and a broken next request', async (t) => {
    const { dial, published } = await startApp(t);
    const body = escalation();
    const client = dial();
    client.write(head([`Content-Length: ${body.length - 10}`, `X-Webhook-Signature: ${sign(body)}`]) + body);
    await eventually(() => assert.match(client.received(), /^HTTP\/1\.1 40[01] /));
    await eventually(() => assert.ok(client.closed()));
    assert.deepEqual(published, []);
  });

  for (const [what, headers] of [
    ['by saying two things', ['Content-Length: 2', 'Content-Length: 3']],
    ['by being chunked as well', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
    ['by being negative', ['Content-Length: -2']],
    ['by being no number', ['Content-Length: 0x2']],
    ['by its own transfer encoding', ['Transfer-Encoding: chunked, identity']],
  ] as const) {
    it(`${what} is refused`, async (t) => {
      const { dial, published } = await startApp(t);
      const client = dial();
      client.write(`${head([...headers])}{}`);
      await eventually(() => assert.match(client.received(), /^HTTP\/1\.1 400 /));
      assert.deepEqual(published, []);
    });
  }
});

describe('a connection', () => {
  it('whose body trickles in is closed, while others are served', async (t) => {
    const { dial, post, count } = await startApp(t, {}, quick);
    const body = escalation();
    const slow = dial();
    slow.write(head([`Content-Length: ${body.length}`, `X-Webhook-Signature: ${sign(body)}`]));
    const trickle = setInterval(() => slow.write(' '), 50);
    t.after(() => clearInterval(trickle));
    let served = 0;
    await eventually(async () => {
      assert.equal((await post('/webhooks/escalation', escalation())).status, 200);
      served += 1;
      assert.ok(slow.closed());
    });
    assert.ok(served > 0);
    assert.match(slow.received(), /^HTTP\/1\.1 408 /);
    await eventually(async () => assert.deepEqual(await count('ingest_in_flight_bytes'), { '': 0 }));
  });

  it('that never finishes its headers, or never speaks, is closed', async (t) => {
    const { dial } = await startApp(t, {}, quick);
    const [silent, half] = [dial(), dial()];
    half.write('POST /webhooks/escalation HTTP/1.1\r\nHost: x\r\n');
    await eventually(() => assert.ok(half.closed() && silent.closed()));
  });

  it('that idles after its answer is closed', async (t) => {
    const { dial } = await startApp(t, {}, { keepAliveTimeout: 300, http: { connectionsCheckingInterval: 50 } });
    const body = escalation();
    const client = dial();
    client.write(head([`Content-Length: ${body.length}`, `X-Webhook-Signature: ${sign(body)}`]) + body);
    await eventually(() => assert.match(client.received(), /^HTTP\/1\.1 200 /));
    await eventually(() => assert.ok(client.closed()));
  });

  it('that still sends does not hold up the stop', async (t) => {
    const { app, dial, count } = await startApp(t);
    const slow = dial();
    slow.write(head(['Content-Length: 1000']));
    await eventually(async () => assert.notDeepEqual(await count('ingest_in_flight_bytes'), { '': 0 }));
    await app.close();
    await eventually(() => assert.ok(slow.closed()));
  });
});

describe('what is in flight', () => {
  it('is bounded: more is answered 503 with Retry-After, and taken again when there is room', async (t) => {
    const { dial, post, count } = await startApp(t, { limits: { inFlightBytes: 105_000 } });
    const large = dial();
    large.write(head(['Content-Length: 100000']));
    large.write('x'.repeat(90_000));
    await eventually(async () => assert.ok(((await count('ingest_in_flight_bytes'))[''] ?? 0) >= 90_000));
    const refused = await post('/webhooks/escalation', escalation().padEnd(10_000));
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['retry-after'], '1');
    const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' };
    assert.equal((await post('/webhooks/escalation', escalation().padEnd(10_000), chunked)).status, 503);
    large.socket.destroy();
    await eventually(async () => assert.deepEqual(await count('ingest_in_flight_bytes'), { '': 0 }));
    assert.equal((await post('/webhooks/escalation', escalation().padEnd(10_000))).status, 200);
  });

  it('is not taken by what was only announced', async (t) => {
    const { dial, post } = await startApp(t, { limits: { inFlightBytes: 100_000 } });
    for (let silent = 0; silent < 10; silent += 1) dial().write(head(['Content-Length: 90000']));
    assert.equal((await post('/webhooks/escalation', escalation())).status, 200);
  });

  it('is nothing after any answer', async (t) => {
    const { post, count } = await startApp(t);
    await post('/webhooks/escalation', escalation());
    await post('/webhooks/escalation', 'junk');
    await post('/webhooks/escalation', escalation(), { 'x-webhook-signature': 'x' });
    await post('/webhooks/escalation', escalation(), { 'content-type': 'text/plain' });
    await post('/webhooks/escalation', 'x'.repeat(1_100_000));
    assert.deepEqual(await count('ingest_in_flight_bytes'), { '': 0 });
  });
});
