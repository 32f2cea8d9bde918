import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { it, type TestContext } from 'node:test';
import { startCollector } from '../fixtures/collector.ts';
import { startTelemetry, type TelemetryOptions } from './telemetry.ts';
import type { SpanStart } from './tracer.ts';

async function setup(t: TestContext, options: Partial<TelemetryOptions> = {}) {
  const collector = await startCollector();
  const said: string[] = [];
  const telemetry = startTelemetry({
    service: 'test',
    url: `${collector.endpoint}/v1/traces`,
    headers: {},
    resource: {},
    ratio: 1,
    ignoreParent: false,
    warn: (code, message) => said.push(`${code}: ${message}`),
    ...options,
  });
  t.after(async () => {
    await telemetry.close();
    await collector[Symbol.asyncDispose]();
  });
  return { collector, telemetry, said };
}

const start = (name: string, more: Partial<SpanStart> = {}): SpanStart => ({
  kind: 'client',
  name,
  attributes: () => ({ a: 1 }),
  ...more,
});
const THEIRS = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 30_000; !condition(); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > deadline) throw new Error('timed out');
  }
}

it('a span is a child of the one that it runs in, also when many run at a time', async (t) => {
  const { collector, telemetry } = await setup(t, { headers: { 'x-key': 'k' }, resource: { 'deployment.id': 'd' } });
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      telemetry.span(start(name, { kind: 'server', cause: { traceparent: undefined } }), async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await telemetry.span(start(`${name}.child`), async (span) => span.set(() => ({ b: 'x' })));
      }),
    ),
  );
  await telemetry.close();
  assert.equal(collector.spans.length, 6);
  for (const name of ['a', 'b', 'c']) {
    const [parent, child] = [name, `${name}.child`].map((own) => collector.spans.find((span) => span.name === own));
    assert.equal(parent?.parentSpanId, undefined);
    assert.equal(child?.parentSpanId, parent?.spanId);
    assert.equal(child?.traceId, parent?.traceId);
    assert.deepEqual(child?.attributes, { a: 1, b: 'x' });
    assert.equal(child?.service, 'test');
  }
  assert.equal(new Set(collector.spans.map(({ traceId }) => traceId)).size, 3);
  assert.equal(collector.headers[0]?.['x-key'], 'k');
  assert.match(collector.bodies[0] ?? '', /deployment\.id/);
});

it('a valid traceparent goes on; one that is not begins a trace', async (t) => {
  const { collector, telemetry } = await setup(t);
  const parents = [THEIRS, undefined, 'x', THEIRS.replace(/-4bf9.*-00f0/, `-${'0'.repeat(32)}-00f0`), `${THEIRS}-x`];
  const carried: (string | undefined)[] = [];
  for (const traceparent of parents) {
    await telemetry.span(start('s', { cause: { traceparent } }), async (span) => void carried.push(span.traceparent));
  }
  await telemetry.close();
  const [first, ...others] = collector.spans;
  assert.equal(first?.traceId, THEIRS.slice(3, 35));
  assert.equal(first?.parentSpanId, THEIRS.slice(36, 52));
  assert.equal(carried[0], `00-${first?.traceId}-${first?.spanId}-01`);
  for (const { parentSpanId } of others) assert.equal(parentSpanId, undefined);
  assert.equal(new Set(collector.spans.map(({ traceId }) => traceId)).size, parents.length);
});

it('the ratio decides about traces that begin here, and what began the others about those', async (t) => {
  const { collector, telemetry } = await setup(t, { ratio: 0 });
  let asked = 0;
  const attributes = () => ({ asked: ++asked });
  const begun = start('begun', { cause: { traceparent: undefined }, attributes });
  const carried = await telemetry.span(begun, async ({ traceparent }) => traceparent);
  assert.match(carried ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/, 'what comes after it is not recorded either');
  assert.equal(asked, 0);
  await telemetry.span(start('theirs', { cause: { traceparent: THEIRS } }), async () => {});
  await telemetry.span(start('unwanted', { cause: { traceparent: THEIRS.replace(/1$/, '0') } }), async () => {});
  await telemetry.close();
  assert.deepEqual(
    collector.spans.map(({ name }) => name),
    ['theirs'],
  );

  const deaf = await setup(t, { ratio: 0, ignoreParent: true });
  await deaf.telemetry.span(start('theirs', { cause: { traceparent: THEIRS } }), async () => {});
  await deaf.telemetry.close();
  assert.deepEqual(deaf.collector.spans, []);
});

it('a failure is named by its code, and its message is not', async (t) => {
  const { collector, telemetry } = await setup(t);
  const failure = Object.assign(new Error('canary'), { code: 'REFUSED' });
  await assert.rejects(
    telemetry.span(start('coded'), () => Promise.reject(failure)),
    failure,
  );
  await assert.rejects(telemetry.span(start('thrown'), () => JSON.parse('canary')));
  await assert.rejects(telemetry.span(start('odd'), () => Promise.reject({ code: 'to canary@example.org' })));
  await telemetry.close();
  assert.deepEqual(
    collector.spans.map(({ failed, attributes }) => [failed, attributes['error.type']]),
    [
      [true, 'REFUSED'],
      [true, 'SyntaxError'],
      [true, 'error'],
    ],
  );
  assert.doesNotMatch(collector.bodies.join(), /canary/);
});

it('a collector that refuses, hangs or is away costs spans, and is spoken of once', async (t) => {
  const { collector, telemetry, said } = await setup(t);
  collector.behave('refusing');
  for (let round = 0; round < 2; round += 1) {
    for (let i = 0; i < 600; i += 1) await telemetry.span(start('lost'), async () => {});
  }
  await until(() => said.length === 1);
  assert.match(said[0] ?? '', /^400: .*lost/);
  collector.behave('well');
  await until(() => {
    void telemetry.span(start('kept'), async () => {});
    return said.length === 2;
  });
  // The first that was taken may have been one of before.
  await until(() => collector.spans.some(({ name }) => name === 'kept'));

  collector.behave('hanging');
  for (let i = 0; i < 10_000; i += 1) await telemetry.span(start('hung'), async () => {});
  const since = performance.now();
  await telemetry.close();
  assert.ok(performance.now() - since < 10_000, 'the stop does not wait for it');
});

it('a collector that was never there does not hold up the stop', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const { telemetry } = await setup(t, { url: `http://127.0.0.1:${port}/v1/traces` });
  await telemetry.span(start('lost'), async () => {});
  const since = performance.now();
  await telemetry.close();
  assert.ok(performance.now() - since < 10_000);
});
