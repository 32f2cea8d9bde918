import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { startCollector } from '@switchboard/tracing/fixtures/collector';
import { startTelemetry } from '@switchboard/tracing/telemetry';
import { answering, GET } from '../fixtures/against.ts';
import { startServer } from '../fixtures/server.ts';
import { silent } from '../fixtures/silent-logger.ts';
import { createTarget, type TargetOptions } from './target.ts';

async function setup(t: TestContext, status: number, options: Partial<TargetOptions> = {}) {
  const collector = await startCollector();
  const rest = { headers: {}, resource: {}, ratio: 1, ignoreParent: false, warn() {} };
  const tracer = startTelemetry({ service: 'test', url: `${collector.endpoint}/v1/traces`, ...rest });
  const server = await startServer(answering(status));
  const target = createTarget({ name: 'crm', baseUrl: server.url, logger: silent, tracer, ...options });
  t.after(async () => {
    await target.close();
    await server[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  });
  return { collector, tracer, server, target };
}

const ATTEMPT = {
  kind: 'consumer',
  name: 'attempt',
  cause: { traceparent: undefined },
  attributes: () => ({}),
} as const;

it('a request is a span of what made it, with its status, and the system gets no header', async (t) => {
  const { collector, tracer, server, target } = await setup(t, 200);
  await tracer.span(ATTEMPT, () => target.request({ ...GET, query: { email: 'canary@example.org' } }));
  await tracer.close();
  const [attempt, call] = collector.spans;
  assert.deepEqual([call?.kind, call?.name, call?.parentSpanId], ['client', 'GET crm', attempt?.spanId]);
  assert.deepEqual(call?.attributes, {
    'http.request.method': 'GET',
    'service.peer.name': 'crm',
    'http.response.status_code': 200,
  });
  assert.equal(server.received[0]?.headers.traceparent, undefined);
  assert.doesNotMatch(collector.bodies.join(), /canary/);
});

it('a refusal is a failed span with its status', async (t) => {
  const { collector, tracer, target } = await setup(t, 422);
  await assert.rejects(target.request({ ...GET, path: '/v1/canary-name' }));
  await tracer.close();
  const [call] = collector.spans;
  assert.equal(call?.failed, true);
  assert.equal(call?.attributes['http.response.status_code'], 422);
  assert.equal(call?.attributes['error.type'], 'rejected');
  assert.doesNotMatch(collector.bodies.join(), /canary/);
});

it('a system that may know of the trace gets the span as its parent', async (t) => {
  const { collector, tracer, server, target } = await setup(t, 200, { tellTrace: true });
  await target.request(GET);
  await tracer.close();
  const [call] = collector.spans;
  assert.equal(server.received[0]?.headers.traceparent, `00-${call?.traceId}-${call?.spanId}-01`);
});
