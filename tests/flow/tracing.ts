import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createSampleEvent, type SampleEvent } from '@switchboard/cli/sample-event';
import { sign } from '@switchboard/client';
import { until } from '@switchboard/stack/until';
import type { Collector, ReceivedSpan } from '@switchboard/tracing/fixtures/collector';
import type { Installation } from './installation.ts';

const CANARIES = ['canary-name', 'canary@example.org', '+49 170 5550199', 'canary-text', 'canary-summary'];

export function traces(switchboard: () => Installation, collector: () => Collector): void {
  describe('with a collector', () => {
    function escalation(conversationId: string): SampleEvent {
      const [name, email, phone, text, summary] = CANARIES;
      const transcript = [{ role: 'user', text }];
      const customer = { name, email, phone };
      return createSampleEvent('conversation.escalated', { conversationId, customer, transcript, summary });
    }

    async function post({ source, body }: SampleEvent, traceparent: string): Promise<void> {
      const response = await fetch(`${switchboard().urlOf('ingest')}/webhooks/${source}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...sign(body, 'local-secret'), traceparent },
        body,
      });
      assert.equal(response.status, 200, await response.text());
    }

    /** Waits for the trace of a conversation's event until it has all four kinds of spans and `last`. */
    async function traceOf(conversation: string, last: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan[]> {
      return until(`the trace of ${conversation}`, async () => {
        const server = collector().spans.find(
          ({ kind, attributes }) => kind === 'server' && attributes['cloudevents.event_subject'] === conversation,
        );
        const trace = collector().spans.filter(({ traceId }) => traceId === server?.traceId);
        return trace.some(last) && trace;
      });
    }
    const childrenOf = (trace: readonly ReceivedSpan[], parent: ReceivedSpan | undefined): ReceivedSpan[] =>
      trace.filter(({ parentSpanId }) => parent !== undefined && parentSpanId === parent.spanId);

    it('a webhook is one trace: into Kafka, each attempt of each service, and the calls of each attempt', async () => {
      const id = `conv-${randomUUID().slice(0, 8)}`;
      const traceId = randomUUID().replaceAll('-', '');
      await switchboard().fault({ system: 'zendesk', status: 500, count: 3 });
      await post(escalation(id), `00-${traceId}-00f067aa0ba902b7-01`);
      const isDone = ({ service, attributes }: ReceivedSpan): boolean =>
        service === 'ticketing' && attributes['switchboard.outcome'] === 'done';
      await traceOf(id, isDone);
      // The spans of the other services arrive later.
      const services = ['crm-sync', 'ingest', 'notifier', 'ticketing'];
      const trace = await until('all services are in the trace, and every parent', async () => {
        const spans = await traceOf(id, isDone);
        const known = new Set(['00f067aa0ba902b7', ...spans.map(({ spanId }) => spanId)]);
        const isWhole = spans.every(({ parentSpanId = '' }) => known.has(parentSpanId));
        return isWhole && services.every((name) => spans.some(({ service }) => service === name)) && spans;
      });

      const [server] = trace.filter(({ kind }) => kind === 'server');
      assert.deepEqual([server?.traceId, server?.parentSpanId], [traceId, '00f067aa0ba902b7']);
      const [producer, ...others] = childrenOf(trace, server);
      assert.deepEqual([producer?.name, others], ['send chat.conversations', []]);
      const ofTicketing = childrenOf(trace, producer).filter(({ service }) => service === 'ticketing');
      assert.deepEqual(
        ofTicketing.map(({ name, failed, attributes }) => [name, attributes['switchboard.attempt'], failed]),
        [
          ['process chat.conversations', 1, true],
          ['process chat.conversations', 2, true],
          ['process chat.conversations', 3, true],
          ['send ticketing.retry.1s', undefined, false],
          ['process chat.conversations', 4, false],
        ],
      );
      const attempts = ofTicketing.filter(({ kind }) => kind === 'consumer');
      const statuses = attempts.map((attempt) =>
        childrenOf(trace, attempt).map(({ name, attributes }) => `${name} ${attributes['http.response.status_code']}`),
      );
      for (const calls of statuses.slice(0, 3)) assert.match(calls.join(), /^(GET|POST) zendesk 500$/);
      assert.match(statuses[3]?.join() ?? '', /POST zendesk 201/);

      const ticket = (await switchboard().effects('zendesk')).find(({ body }) => JSON.stringify(body).includes(id));
      const call = trace.find(({ spanId }) => spanId === ticket?.headers.traceparent?.split('-')[2]);
      assert.equal(call?.name, 'POST zendesk');
      for (const { headers } of await switchboard().effects('hubspot')) assert.equal(headers.traceparent, undefined);
    });

    it('a trace ends with its dead letter, and an invalid traceparent starts no trace', async () => {
      const id = `conv-${randomUUID().slice(0, 8)}`;
      await switchboard().fault({ system: 'zendesk', status: 422, count: 1 });
      await post(escalation(id), `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`);
      const trace = await traceOf(id, ({ name }) => name === 'send ticketing.dlq');
      const [server] = trace.filter(({ kind }) => kind === 'server');
      assert.equal(server?.parentSpanId, undefined);
      assert.match(server?.traceId ?? '', /^(?!0{32})[0-9a-f]{32}$/);
      const ofTicketing = trace.filter(({ service }) => service === 'ticketing');
      assert.deepEqual(
        ofTicketing.filter(({ kind }) => kind !== 'client').map(({ name, failed }) => [name, failed]),
        [
          ['process chat.conversations', true],
          ['send ticketing.dlq', true],
        ],
      );
    });

    it('every attribute is in docs/operating.md', async () => {
      const documented = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
      const names = new Set(collector().spans.flatMap(({ attributes }) => Object.keys(attributes)));
      assert.ok(names.size > 10);
      for (const name of names) assert.ok(documented.includes(`\`${name}\``), name);
    });

    it('no span contains message texts or personal data', () => {
      const bodies = collector().bodies.join();
      assert.match(bodies, /conv-/);
      for (const canary of CANARIES) assert.ok(!bodies.includes(canary), canary);
      assert.doesNotMatch(bodies, /local-secret|local-[a-z]+-(token|key)/);
    });
  });
}
