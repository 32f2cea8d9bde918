import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import { Registry } from 'prom-client';
import { escalation, sourceOf, startApp } from '../../fixtures/app.ts';
import { createDrift } from './drift.ts';

const CANARY = 'canary-of-eva@example.org';

const eventOf = (extra: object | null, fields: object = {}): AnyEvent =>
  ({
    meta: { type: 'order.created', extra: extra === null ? null : JSON.stringify(extra) },
    ...fields,
  }) as unknown as AnyEvent;

function counting(names: readonly string[] = ['shop']) {
  const registry = new Registry();
  const clock = { now: 1_000_000 };
  const drift = createDrift({ registry, sources: () => names, now: () => clock.now });
  const shop = sourceOf('shop');
  return {
    clock,
    drift,
    observe: (extra: object | null, fields?: object) => drift.observe(shop, eventOf(extra, fields)),
    text: () => registry.metrics(),
  };
}

describe('fields that no mapping takes', () => {
  it('are counted by source and path, from 0 on', async () => {
    const { observe, text } = counting();
    assert.match(await text(), /^ingest_unmapped_fields_total\{source="shop"\} 0$/m);
    observe({ coupon: 'A', lines: [{ sku: 1 }, { sku: 2 }] });
    observe({ coupon: 'B' });
    observe(null);
    const counted = await text();
    assert.match(counted, /^ingest_unmapped_fields_total\{source="shop"\} 3$/m);
    assert.match(counted, /^ingest_unmapped_path_total\{source="shop",path="coupon"\} 2$/m);
    assert.match(counted, /^ingest_unmapped_path_total\{source="shop",path="lines\[\]\.sku"\} 1$/m);
  });

  it('have at most 50 series for each source, and a path keeps its own', async () => {
    const { observe, text } = counting();
    const fields = Array.from({ length: 90 }, (_, number) => [`a${'abcdefghij'[number % 10]}${number}`, 1]);
    observe(Object.fromEntries(fields));
    const series = async () => [...(await text()).matchAll(/^ingest_unmapped_path_total\{.*path="(.*)"\}/gm)];
    assert.equal((await series()).length, 50);
    const sum = async () =>
      [...(await text()).matchAll(/^ingest_unmapped_path_total\{.*\} (\d+)/gm)].reduce(
        (all, [, one]) => all + Number(one),
        0,
      );
    assert.equal(await sum(), 90);
  });

  it('are estimated for a busy source, whose events are not all looked at', async () => {
    const { observe, clock, drift } = counting();
    for (let event = 0; event < 20_000; event += 1) {
      clock.now += 0.5;
      observe({ coupon: 'A' });
    }
    const [, state] = [...drift.sources()][0] ?? [];
    const [coupon] = state?.types.get('order.created')?.tree.paths() ?? [];
    assert.ok(coupon !== undefined && coupon.events > 19_500 && coupon.events <= 20_000, String(coupon?.events));
    // The burst, and 25 a second for 10 s.
    assert.ok(coupon.seen < 400, String(coupon.seen));
  });

  it('are not counted for more sources than there can be', () => {
    const { drift } = counting();
    for (let number = 0; number < 1_000; number += 1) drift.observe(sourceOf(`s-${number}`), eventOf({ a: 1 }));
    assert.equal([...drift.sources()].length, 200);
  });

  it('are not counted that the mapping ignores; another list starts the count again, and forgets no other', () => {
    const { drift, clock } = counting();
    const ignoring = (ignored: readonly string[]) => {
      const source = sourceOf('shop');
      return { ...source, mapping: { ...source.mapping, ignored } };
    };
    const paths = () => [...(drift.of('shop')?.of('order.created').tree.paths() ?? [])].map(({ path }) => path);
    for (let event = 0; event < 200; event += 1) {
      clock.now += 1_000;
      drift.observe(
        ignoring(['debug', 'lines[].raw']),
        eventOf({ debug: { a: 1 }, lines: [{ raw: 1 }], b: 1 }, { email: 'x' }),
      );
    }
    assert.deepEqual(paths(), ['b']);
    drift.observe(ignoring(['b']), eventOf({ debug: 1, b: 1 }, { email: 'x' }));
    assert.deepEqual(paths(), ['debug']);
    assert.deepEqual(drift.of('shop')?.of('order.created').presence.established(), ['email']);
  });
});

it('a field that always came and does not come any more is 1', async () => {
  const { observe, text } = counting();
  for (let event = 0; event < 200; event += 1) observe(null, { email: CANARY });
  assert.doesNotMatch(await text(), /^ingest_field_missing\{/m);
  for (let event = 0; event < 50; event += 1) observe(null);
  assert.match(await text(), /^ingest_field_missing\{source="shop",type="order.created",field="email"\} 1$/m);
  observe(null, { email: CANARY });
  assert.doesNotMatch(await text(), /^ingest_field_missing\{/m);
});

it('a webhook is counted once it is an event, and no value reaches a metric or the log', async (t) => {
  const { post, count, lines } = await startApp(t);
  const body = escalation({ mystery: CANARY, nested: { [CANARY]: { level: CANARY } } });
  assert.equal((await post('/webhooks/escalation', body)).status, 200);
  assert.equal((await post('/webhooks/escalation', '{"event":"conversation.escalated","data":{"x":1}}')).status, 422);
  const counted = await count('ingest_unmapped_path_total');
  assert.deepEqual(counted, { 'escalation mystery': 1, 'escalation nested.*.level': 1 });
  assert.doesNotMatch(lines.join('\n') + Object.keys(counted).join('\n'), /canary/);
});
