import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { createTransport } from 'nodemailer';
import { type Call, caller } from '../fixtures/calls.ts';
import type { FaultOptions } from './fault.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

const MESSAGE = { user_id: 'u-1', message: 'hello' };

let sandbox: Sandbox;
let call: Call;
let chat: Call;

before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox);
  chat = caller(sandbox, 'chat');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const send = (headers?: Record<string, string>) => chat('POST', '/v1/messages', MESSAGE, headers);
const mail = (port = sandbox.smtpPort) =>
  createTransport({ host: '127.0.0.1', port }).sendMail({
    from: 'news@shop.example',
    to: 'jane@shop.example',
    subject: 'Shipped',
    text: 'Hello',
    html: '<p>Hello</p>',
    messageId: '<e-1@shop.example>',
  });

describe('/effects', () => {
  it('lists requests, oldest first, with their answers and without secrets', async () => {
    await send({ 'x-trace': 't-1', cookie: 'session=secret', 'x-auth-token': 'secret' });
    await chat('GET', '/v1/knowledge/documents/none');
    const { body } = await call('GET', '/effects?system=chat');
    assert.deepEqual(
      body.map(({ kind, method, path, status }: Record<string, unknown>) => ({ kind, method, path, status })),
      [
        { kind: 'effect', method: 'POST', path: '/v1/messages', status: 200 },
        { kind: 'refused', method: 'GET', path: '/v1/knowledge/documents/none', status: 404 },
      ],
    );
    assert.deepEqual(body[0].body, MESSAGE);
    assert.equal(body[0].headers['x-trace'], 't-1');
    assert.doesNotMatch(JSON.stringify(body), /secret|local-chat-key/);
    assert.ok(Math.abs(Date.parse(body[0].at) - Date.now()) < 60_000);
    assert.deepEqual(sandbox.effects('chat'), body);
  });

  it('lists the requests to all systems, to one system, or after one request', async () => {
    await send();
    await caller(sandbox, 'webhook')('POST', '/a', {});
    const { body } = await call('GET', '/effects');
    assert.deepEqual(
      body.map(({ system }: { system: string }) => system),
      ['chat', 'webhook'],
    );
    assert.equal((await call('GET', '/effects?system=slack')).body.length, 0);
    assert.deepEqual((await call('GET', `/effects?after=${body[0].id}`)).body, [body[1]]);
    assert.deepEqual((await call('GET', '/effects?limit=1')).body, [body[0]]);
  });

  it('lists requests of one kind, and why they were refused, including bodies that are too large', async () => {
    await send();
    await chat('POST', '/v1/messages', { user_id: 'u-1' });
    await chat('POST', '/v1/messages', 'x'.repeat(11 * 1_048_576));
    const { body } = await call('GET', '/effects?kind=refused');
    assert.deepEqual(
      body.map(({ status, why }: Record<string, unknown>) => ({ status, why })),
      [
        { status: 422, why: 'message must be a non-empty string' },
        { status: 413, why: 'Request body is too large' },
      ],
    );
  });

  it('deletes all requests and records', async () => {
    await chat('PUT', '/v1/knowledge/documents/a', { title: 'A' });
    assert.equal((await call('DELETE', '/effects')).status, 204);
    assert.deepEqual(sandbox.effects(), []);
    assert.equal((await chat('GET', '/v1/knowledge/documents/a')).status, 404);
  });

  it('keeps only the newest', async () => {
    await using small = await startSandbox({ effects: 10 });
    const post = caller(small, 'webhook');
    for (let number = 1; number <= 25; number += 1) await post('POST', `/${number}`, {});
    assert.deepEqual(
      small.effects().map(({ path }) => path),
      Array.from({ length: 10 }, (_, index) => `/${index + 16}`),
    );
  });

  it('says what is wrong with a query', async () => {
    const { status, body } = await call('GET', '/effects?system=crm');
    assert.equal(status, 400);
    assert.match(body.error, /system must be one of hubspot, salesforce/);
    assert.equal((await call('GET', '/effects?after=x')).status, 400);
    assert.match((await call('GET', '/effects?kind=x')).body.error, /kind must be one of effect, lookup, refused/);
  });
});

describe('/faults', () => {
  const wrong: [name: string, fault: unknown, sentence: RegExp][] = [
    ['no object', '[]', /JSON object/],
    ['nothing at all', undefined, /JSON object/],
    ['no system', { status: 500 }, /system/],
    ['an unknown system', { system: 'crm', status: 500 }, /system must be one of/],
    ['an unknown option', { system: 'chat', delay: 5 }, /There is no delay; there is status/],
    ['nothing that goes wrong', { system: 'chat', count: 1 }, /Say what goes wrong/],
    ['a status that is not an error', { system: 'chat', status: 200 }, /status must be >= 400/],
    ['a rate of 0', { system: 'chat', status: 500, rate: 0 }, /rate must be > 0/],
    ['a latency as text', { system: 'chat', latencyMs: '20' }, /latencyMs must be integer/],
    ['two ends of one request', { system: 'chat', status: 500, dropResponse: true }, /exclude each other/],
    ['Retry-After without a status', { system: 'chat', retryAfter: 1, latencyMs: 1 }, /goes with a status/],
    ["Slack's errors elsewhere", { system: 'chat', error: 'fatal' }, /for slack/],
    ['a lag without an index', { system: 'zendesk', indexLagMs: 5 }, /hubspot, freshdesk, jira/],
    ['tokens that do not expire', { system: 'zendesk', expireTokens: true }, /for salesforce/],
    ['malformed mail', { system: 'smtp', malformed: true }, /for HTTP/],
  ];
  for (const [name, fault, sentence] of wrong) {
    it(`refuses ${name} with a sentence`, async () => {
      const { status, body } = await call('POST', '/faults', fault);
      assert.equal(status, 400);
      assert.match(body.error, sentence);
      assert.deepEqual((await call('GET', '/faults')).body, []);
    });
  }

  it('refuses broken JSON', async () => {
    assert.equal((await call('POST', '/faults', '{"system":')).status, 400);
  });

  it('throws the same sentence in code', () => {
    assert.throws(() => sandbox.fault('chat', { status: 200 }), { name: 'RangeError', message: /must be >= 400/ });
  });

  it('answers with the status, in the shape of the API, and without an effect', async () => {
    await call('POST', '/faults', { system: 'chat', status: 429, retryAfter: 2, count: 1 });
    const { status, headers, body } = await send();
    assert.deepEqual([status, headers.get('retry-after'), body.error.code], [429, '2', 'rate_limited']);
    assert.equal((await send()).status, 200);
    assert.deepEqual(
      sandbox.effects('chat').map(({ kind, fault }) => ({ kind, fault })),
      [
        { kind: 'refused', fault: 'status' },
        { kind: 'effect', fault: undefined },
      ],
    );
  });

  it('destroys the connection after the effect', async () => {
    sandbox.fault('chat', { dropResponse: true, count: 1 });
    await assert.rejects(send());
    const [effect, ...others] = sandbox.effects('chat');
    assert.deepEqual([effect?.kind, effect?.fault, effect?.status, others.length], ['effect', 'dropResponse', 200, 0]);
  });

  it('answers with broken JSON after the effect', async () => {
    sandbox.fault('chat', { malformed: true, count: 1 });
    const { status, body } = await send();
    assert.equal(status, 200);
    assert.equal(typeof body, 'string');
    assert.equal(sandbox.effects('chat')[0]?.kind, 'effect');
  });

  it('answers late, after the effect', async () => {
    sandbox.fault('chat', { latencyMs: 300 });
    const startedAt = performance.now();
    const answered = send().then(() => performance.now() - startedAt);
    while (sandbox.effects('chat').length === 0) await new Promise(setImmediate);
    assert.ok((await answered) >= 290);
  });

  it('affects only matching requests', async () => {
    sandbox.fault('chat', { status: 500, method: 'PUT' });
    sandbox.fault('chat', { status: 503, path: '/documents/b' });
    assert.equal((await send()).status, 200);
    assert.equal((await chat('GET', '/v1/knowledge/documents/b')).status, 503);
    assert.equal((await chat('PUT', '/v1/knowledge/documents/a', {})).status, 500);
  });

  it('affects its share of requests', async () => {
    sandbox.fault('chat', { status: 500, rate: 0.5 });
    for (let sent = 0; sent < 200; sent += 1) await send();
    const hit = sandbox.effects('chat').filter(({ kind }) => kind === 'refused').length;
    // In 200 tries, fewer than 60 hits occur about once in 10 million runs.
    assert.ok(hit > 60 && hit < 140, String(hit));
  });

  it('ends when deleted, for one system or all', async () => {
    const fault: FaultOptions = { status: 500 };
    sandbox.fault('chat', fault);
    sandbox.fault('jira', fault);
    await call('DELETE', '/faults?system=jira');
    assert.deepEqual((await call('GET', '/faults')).body, [{ system: 'chat', status: 500 }]);
    await call('DELETE', '/faults');
    assert.equal((await send()).status, 200);
  });
});

describe('mail', () => {
  it('is recorded with its envelope, texts and headers', async () => {
    await mail();
    const [effect] = sandbox.effects('smtp');
    assert.deepEqual(effect?.body, {
      from: 'news@shop.example',
      to: ['jane@shop.example'],
      subject: 'Shipped',
      text: 'Hello\n',
      html: '<p>Hello</p>\n',
      messageId: '<e-1@shop.example>',
    });
    assert.equal(effect?.headers['message-id'], '<e-1@shop.example>');
    assert.deepEqual([effect?.kind, effect?.status], ['effect', 250]);
  });

  it('is refused temporarily or permanently', async () => {
    sandbox.fault('smtp', { status: 451, count: 1 });
    await assert.rejects(mail(), { responseCode: 451 });
    sandbox.fault('smtp', { status: 554, count: 1 });
    await assert.rejects(mail(), { responseCode: 554 });
    await mail();
    assert.deepEqual(
      sandbox.effects('smtp').map(({ kind }) => kind),
      ['refused', 'refused', 'effect'],
    );
  });

  it('is recorded, but not confirmed, when the connection is dropped', async () => {
    sandbox.fault('smtp', { dropResponse: true, count: 1 });
    await assert.rejects(mail());
    assert.deepEqual(
      sandbox.effects('smtp').map(({ kind }) => kind),
      ['effect'],
    );
  });

  it('is refused for an unknown recipient, and for a wrong password', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: sandbox.smtpPort });
    await assert.rejects(transport.sendMail({ from: 'a@shop.example', to: 'bounce@shop.example', text: '' }), {
      responseCode: 550,
    });
    const client = createTransport({
      host: '127.0.0.1',
      port: sandbox.smtpPort,
      auth: { user: 'somebody', pass: 'wrong' },
    });
    await assert.rejects(client.verify(), { responseCode: 535 });
  });
});

it('closes at once, even with delayed answers and open pages', async () => {
  const other = await startSandbox();
  other.fault('chat', { latencyMs: 60_000 });
  const late = caller(other, 'chat')('POST', '/v1/messages', MESSAGE).catch(() => {});
  const page = await fetch(`${other.url}/live`);
  while (other.effects().length === 0) await new Promise(setImmediate);
  const startedAt = performance.now();
  await other.close();
  assert.ok(performance.now() - startedAt < 10_000);
  await late;
  await page.body?.cancel().catch(() => {});
});

it('answers only to loopback names and configured hosts, so that DNS rebinding fails', async () => {
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(sandbox.url);
      get({ host: '127.0.0.1', port, path: '/effects', headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
  for (const host of ['localhost:8090', 'LOCALHOST', '127.0.0.1', '[::1]:8090'])
    assert.equal(await ask(host), 200, host);
  for (const host of ['rebound.example', 'rebound.example:8090', 'localhost.rebound.example', '127.0.0.1.nip.io']) {
    assert.equal(await ask(host), 421, host);
  }
});
