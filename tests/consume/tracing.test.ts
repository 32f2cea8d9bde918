import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PermanentError } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
import { type Collector, type ReceivedSpan, startCollector } from '@switchboard/tracing/fixtures/collector';
import { startTelemetry, type Telemetry } from '@switchboard/tracing/telemetry';
import { createFixture, type Fixture } from './fixture.ts';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const [, TRACE_ID, PARENT_ID] = PARENT.split('-');

describe('the trace of an event', () => {
  let fixture: Fixture;
  let collector: Collector;
  let telemetry: Telemetry;
  /** How many attempts of each number fail. */
  const failures = new Map<string, number>();
  /** What the attempt that succeeds waits for. */
  const beforeSuccess = new Map<string, Promise<void>>();
  const logged: unknown[] = [];

  before(async () => {
    fixture = await createFixture({ partitions: 1 });
    collector = await startCollector();
    const url = `${collector.endpoint}/v1/traces`;
    const rest = { headers: {}, resource: {}, ratio: 1, ignoreParent: false, warn() {} };
    telemetry = startTelemetry({ service: 'test', url, ...rest });
    await fixture.start(
      { limits: { quickTries: 2 } },
      (event, { attempt, logger }) =>
        telemetry.span({ kind: 'client', name: 'POST sink', attributes: () => ({}) }, async () => {
          logged.push(logger.bindings());
          const id = event.messageId ?? '';
          if (id === '66') throw new PermanentError('REFUSED', 'canary-message');
          if (attempt <= (failures.get(id) ?? 0)) throw new Error('canary-message of canary@example.org');
          await beforeSuccess.get(id);
        }),
      undefined,
      telemetry,
    );
  });
  after(async () => {
    await fixture.close();
    await telemetry.close();
    await collector[Symbol.asyncDispose]();
  });

  async function send(key: string, number: number, headers: Record<string, string> = { traceparent: PARENT }) {
    const { value, headers: own } = fixture.encode(key, number);
    await fixture.sendRaw({ key: `acme:${key}`, value, headers: { ...own, ...headers } });
  }
  /** Waits until an event has this many spans. */
  async function spansOf(id: string, count: number): Promise<ReceivedSpan[]> {
    const spans = () => collector.spans.filter(({ attributes }) => attributes['cloudevents.event_id'] === id);
    await until(`${count} spans of ${id}`, () => spans().length >= count);
    return spans();
  }
  const what = ({ kind, name, failed, attributes }: ReceivedSpan) =>
    `${kind} ${name.replace(fixture.topic, 'topic').replace(fixture.service, 'service')}` +
    `${kind === 'consumer' ? ` ${attributes['switchboard.attempt']} ${attributes['switchboard.outcome']}` : ''}${failed ? ' !' : ''}`;

  it('has all attempts and retry topics as siblings, and each call as a child of its attempt', async () => {
    failures.set('1', 3);
    await send('retried', 1);
    const spans = await spansOf('retried-1', 5);
    assert.deepEqual(spans.map(what), [
      'consumer process topic 1 failed !',
      'consumer process topic 2 failed !',
      'producer send service.retry.200ms',
      'consumer process topic 3 failed !',
      'consumer process topic 4 done',
    ]);
    for (const { traceId, parentSpanId } of spans) assert.deepEqual([traceId, parentSpanId], [TRACE_ID, PARENT_ID]);
    assert.partialDeepStrictEqual(spans[3]?.attributes, {
      'messaging.destination.name': `${fixture.service}.retry.200ms`,
      'messaging.consumer.group.name': fixture.service,
      'cloudevents.event_subject': 'retried',
      'switchboard.tenant': 'acme',
      'switchboard.hop': 1,
      'error.type': 'Error',
    });
    const attempts = spans.filter(({ kind }) => kind === 'consumer');
    const calls = () => collector.spans.filter(({ kind }) => kind === 'client');
    await until('the calls are exported', () => calls().length >= 4);
    for (const { spanId } of attempts) {
      assert.equal(calls().filter(({ parentSpanId }) => parentSpanId === spanId).length, 1);
      assert.ok(logged.some((line) => (line as { span_id?: string }).span_id === spanId));
    }
  });

  it('ends with the dead letter, which keeps the trace for a redrive', async () => {
    await send('dead', 66);
    const spans = await spansOf('dead-66', 2);
    assert.deepEqual(spans.map(what), ['consumer process topic 1 permanent !', 'producer send service.dlq !']);
    assert.equal(spans[1]?.attributes['error.type'], 'REFUSED');
    for (const { traceId, parentSpanId } of spans) assert.deepEqual([traceId, parentSpanId], [TRACE_ID, PARENT_ID]);
    const [letter] = await fixture.deadLetters();
    assert.equal(letter?.headers.traceparent, PARENT);
  });

  it('gets no spans while the event waits for another', async () => {
    failures.set('3', 2);
    const succeeding = Promise.withResolvers<void>();
    beforeSuccess.set('3', succeeding.promise);
    await send('waiting', 3);
    await send('waiting', 4);
    await until('the next event waits for it in the retry topic', async () =>
      (await fixture.read(`${fixture.service}.retry.200ms`)).some(({ headers }) => headers.ce_id === 'waiting-4'),
    );
    succeeding.resolve();
    const spans = await spansOf('waiting-4', 1);
    assert.equal(spans.length, 1);
    assert.ok(Number(spans[0]?.attributes['switchboard.hop']) > 0);
  });

  for (const [number, traceparent] of [
    [5, undefined],
    [6, 'garbage'],
    [7, PARENT.replace(/-00f0.*/, '-zz-01')],
  ] as const) {
    it(`starts at the first attempt with traceparent ${traceparent ?? 'none'}, and stays one trace`, async () => {
      failures.set(String(number), 2);
      await send('bare', number, traceparent === undefined ? {} : { traceparent });
      const [first, ...others] = await spansOf(`bare-${number}`, 4);
      assert.equal(first?.parentSpanId, undefined);
      assert.notEqual(first?.traceId, TRACE_ID);
      for (const { traceId, parentSpanId } of others) {
        assert.deepEqual([traceId, parentSpanId], [first?.traceId, first?.spanId]);
      }
    });
  }

  it('has a span for an invalid record', async () => {
    await fixture.sendRaw({ key: 'k', value: Buffer.from('canary-bytes'), headers: { traceparent: PARENT } });
    await until('the span is exported', () =>
      collector.spans.some(({ attributes }) => attributes['error.type'] === 'NO_HEADERS'),
    );
  });

  it('never contains an error message or a body', () => {
    assert.ok(collector.bodies.length > 0);
    assert.doesNotMatch(collector.bodies.join(), /canary/);
  });
});
