import assert from 'node:assert/strict';
import { it } from 'node:test';
import { platformMapping } from '../platform/platform-mapping.ts';
import type { Json } from '../provider.ts';
import { compileMapping } from './compile-mapping.ts';
import type { Mapping } from './mapping.ts';

const many = <T>(length: number, item: (index: number) => T): T[] => Array.from({ length }, (_, index) => item(index));
const wide = Object.fromEntries(many(50_000, (index) => [`k${index}`, index]));

/** Milliseconds of CPU; the least of several runs, because other programs share the machine. */
function cpuOf(run: () => unknown): number {
  const times = many(5, () => {
    const before = process.threadCpuUsage();
    run();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}

const places = ['conversationId', 'userId', 'intent', 'summary', 'channel', 'locale', 'reason', 'sentiment', 'pageUrl'];
const moves: Mapping = {
  events: [
    {
      type: 'conversation.escalated',
      fields: Object.fromEntries(places.map((field) => [field, [`body.${field}_`, `body.inner.${field}_`]])),
    },
  ],
};
const named = Object.fromEntries(places.map((field) => [`${field}_`, 'x']));
const metadata = {
  detectedIntent: 'x',
  summary: 'x',
  channel: 'x',
  locale: 'x',
  escalationReason: 'x',
  sentiment: 'x',
  pageUrl: 'x',
  messageCount: 1,
  agentConfidence: 0.5,
};

const WIDE: readonly [what: string, mapping: Mapping, body: Json][] = [
  ['rules that move fields of a wide body', moves, { ...wide, ...named }],
  ['rules that move fields of a wide object', moves, { inner: { ...wide, ...named } }],
  [
    'the platform with wide metadata',
    platformMapping,
    { event: 'conversation.escalated', data: { conversationId: 'c', metadata: { ...wide, ...metadata } } },
  ],
];

for (const [what, mapping, body] of WIDE) {
  it(`${what} copy it once`, () => {
    const { map } = compileMapping(mapping);
    const mapped = map({ body, headers: {} });
    assert.equal(mapped.kind, 'events');
    assert.ok(
      mapped.kind === 'events' && Object.keys(mapped.events[0]?.payload ?? {}).length >= 9,
      'the fields are moved',
    );
    const text = JSON.stringify(body);
    const parsing = cpuOf(() => JSON.parse(text));
    const mappingIt = cpuOf(() => map({ body, headers: {} }));
    // About as long as parsing it; a copy for each of nine fields takes many times that.
    assert.ok(mappingIt < 6 * parsing + 5, `${mappingIt} ms, and ${parsing} ms to parse the body`);
  });
}

it('all expressions of a mapping together have one bound', () => {
  const when = 'body.numbers.all(x, body.numbers.exists(y, x == y && false) || true)';
  const events = many(100, () => ({ type: 'order.created', when, fields: { orderId: 'body.id' } }) as const);
  const { map } = compileMapping({ events });
  const body = { id: 'o', numbers: many(10_000, (index) => index) };
  assert.equal(map({ body, headers: {} }).kind, 'failed');
  const took = cpuOf(() => map({ body, headers: {} }));
  // One takes two or three; a bound for each would make that hundreds.
  assert.ok(took < 40, `${took} ms`);
});
