import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DeliveryError } from '@switchboard/kafka';
import { startCollector } from '@switchboard/tracing/fixtures/collector';
import { startTelemetry } from '@switchboard/tracing/telemetry';
import { escalation, startApp } from '../fixtures/app.ts';
import type { IngestDeps } from './ingest.ts';

const THEIRS = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

async function startTraced(t: Parameters<typeof startApp>[0], deps: Partial<IngestDeps> = {}) {
  const collector = await startCollector();
  const url = `${collector.endpoint}/v1/traces`;
  const rest = { headers: {}, resource: {}, ratio: 1, ignoreParent: false, warn() {} };
  const tracer = startTelemetry({ service: 'ingest', url, ...rest });
  const app = await startApp(t, { tracer, ...deps });
  t.after(() => collector[Symbol.asyncDispose]());
  return { ...app, collector, flush: tracer.close };
}

it('a webhook is a span with its event, and so is the way into Kafka, which the record is a child of', async (t) => {
  const { post, published, collector, flush } = await startTraced(t);
  await post('/webhooks/escalation', escalation({ conversationId: 'c-77' }), { traceparent: THEIRS });
  await flush();
  const [server, producer] = collector.spans;
  assert.deepEqual([server?.kind, server?.name], ['server', 'POST /webhooks/:source']);
  assert.deepEqual([server?.traceId, server?.parentSpanId], [THEIRS.slice(3, 35), THEIRS.slice(36, 52)]);
  assert.partialDeepStrictEqual(server?.attributes, {
    'http.route': '/webhooks/:source',
    'http.response.status_code': 200,
    'switchboard.source': 'escalation',
    'switchboard.tenant': 'acme',
    'cloudevents.event_type': 'conversation.escalated',
    'cloudevents.event_subject': 'c-77',
  });
  assert.deepEqual([producer?.kind, producer?.name], ['producer', 'send chat.conversations']);
  assert.equal(producer?.parentSpanId, server?.spanId);
  assert.equal(published[0]?.headers.traceparent, `00-${server?.traceId}-${producer?.spanId}-01`);
});

it('a rejected body is a span too, its log line names the trace, and neither says what was sent', async (t) => {
  const { post, collector, flush, lines } = await startTraced(t);
  const canary = { customer: { name: 'canary-name', email: 'canary@example.org' }, confidence: 'canary-text' };
  await post('/webhooks/escalation', JSON.stringify({ event: 'conversation.escalated', data: canary }));
  await flush();
  const [server, ...others] = collector.spans;
  assert.deepEqual(others, []);
  assert.equal(server?.attributes['http.response.status_code'], 422);
  const line = JSON.parse(lines.find((text) => text.includes('event rejected')) ?? '{}');
  assert.deepEqual([line.trace_id, line.span_id], [server?.traceId, server?.spanId]);
  assert.doesNotMatch(collector.bodies.join(), /canary/);
});

it('what is not signed leaves no span', async (t) => {
  const { post, collector, flush } = await startTraced(t);
  await post('/webhooks/escalation', escalation(), { 'x-webhook-signature': '00', traceparent: THEIRS });
  await flush();
  assert.deepEqual(collector.spans, []);
});

it('an event that Kafka does not take has failed in both spans, by its code', async (t) => {
  const publish = async () => {
    throw new DeliveryError('TIMEOUT', 'canary');
  };
  const { post, collector, flush } = await startTraced(t, { publish });
  await post('/webhooks/escalation', escalation());
  await flush();
  assert.deepEqual(
    collector.spans.map(({ failed, attributes }) => [failed, attributes['error.type']]),
    [
      [true, '503'],
      [true, 'TIMEOUT'],
    ],
  );
});

it('a lead that is known by its address or number alone is not named in its spans', async (t) => {
  const { post, collector, flush } = await startTraced(t);
  for (const lead of [{ email: 'canary@example.org' }, { phone: '+49 170 5550199' }, { phone: '4917055501' }]) {
    const answer = await post('/webhooks/escalation', JSON.stringify({ event: 'lead.captured', data: lead }));
    assert.equal(answer.status, 200, answer.text);
  }
  await flush();
  assert.equal(collector.spans.length, 6);
  assert.doesNotMatch(collector.bodies.join(), /canary|170 5550199|4917055501/);
});
