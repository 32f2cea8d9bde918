import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { platformMapping } from '../platform/platform-mapping.ts';
import type { Json, JsonObject } from '../provider.ts';
import { compileMapping } from './compile-mapping.ts';
import type { MappedItem } from './mapped-item.ts';
import type { Fields, Mapping, Place } from './mapping.ts';

const name = fc.constantFrom(
  'a',
  'b',
  'c',
  'data',
  'event',
  'items',
  'constructor',
  '__proto__',
  'customerEmail',
  'email',
);
const leaf = fc.oneof(
  fc.constantFrom<Json>('', null, true, 'x', 'y', 7, 0.5, 'order.created'),
  fc.string({ maxLength: 3 }),
);

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('json')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as Json),
  ),
}));

const identifier = fc.constantFrom('a', 'b', 'c', 'data', 'items', 'email');
const pathFrom = (variable: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        identifier.map((key) => `.${key}`),
        fc.constantFrom('[0]', '[1]', '["constructor"]'),
      ),
      { maxLength: 3 },
    )
    .map((steps) => variable + steps.join(''));
const computed = (variable: string): fc.Arbitrary<string> =>
  pathFrom(variable).chain((path) =>
    fc.constantFrom(
      `string(${path})`,
      `${path} == "x" ? "a" : "b"`,
      `${path} + ${path}`,
      `size(${path}) > 1 ? "m" : "n"`,
    ),
  );
const place = (variable: string): fc.Arbitrary<Place> =>
  fc.oneof(
    pathFrom(variable),
    fc.array(fc.oneof(pathFrom(variable), computed(variable)), { minLength: 1, maxLength: 3 }),
  );

const fieldsFrom = (variable: string): fc.Arbitrary<Fields> =>
  fc.record(
    {
      orderId: place(variable),
      email: place(variable),
      total: place(variable),
      items: fc.record({ each: pathFrom(variable), fields: fc.record({ name: place('item'), price: place('item') }) }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Fields>;

const rules: fc.Arbitrary<Mapping> = fc
  .array(
    fc.record(
      {
        type: fc.constant('order.created' as const),
        when: fc.constantFrom('true', 'has(body.a)', 'body.a == "x" || body.b != 7'),
        id: place('body'),
        at: place('body'),
        fields: fieldsFrom('body'),
      },
      { requiredKeys: ['type', 'fields'] },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((events) => ({ events }) as Mapping);

const shapes: fc.Arbitrary<Mapping> = fieldsFrom('data').map(
  (fields): Mapping => ({ fields: { 'order.created': fields }, base: platformMapping }),
);

/** The values at the ends of all paths. null and '' are absent; ids that were numbers count as their text. */
function leavesOf(value: unknown): string[] {
  if (value === null || value === '' || value === undefined) return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(leavesOf);
}

/** What was sent is in the event, its id, its time or its rest; the other way round, values may be computed. */
function assertNothingLost(sent: Json, result: MappedItem): void {
  if (result.kind !== 'events') return;
  for (const { type, id, timestamp, payload, rest, sentAs } of result.events) {
    const wholeId = typeof id === 'string' ? [id, id.replace(/#\d+$/, '')] : [id];
    const held = leavesOf([payload, rest ?? null, timestamp as Json, wholeId as Json, type]);
    for (const one of leavesOf(sent)) {
      const at = held.indexOf(one);
      assert.ok(at >= 0, `${one} is lost`);
      held.splice(at, 1);
    }
    for (const key of Object.keys(payload as JsonObject)) assert.equal(typeof sentAs(key), 'string');
  }
}

/** Tells equal values apart; only the name of the event stays. */
function withUniqueLeaves(value: Json, next = { leaf: 0 }): Json {
  if (value === null || value === '' || value === 'order.created') return value;
  if (typeof value !== 'object') return `${value} ${next.leaf++}`;
  if (Array.isArray(value)) return value.map((item) => withUniqueLeaves(item, next));
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, withUniqueLeaves(held, next)]));
}

/** Fails if it takes 5 ms of CPU each time: once may be a garbage collection. */
function timed<Result>(run: () => Result, attempts = 5): Result {
  const before = process.threadCpuUsage();
  const result = run();
  const { user, system } = process.threadCpuUsage(before);
  if (user + system < 5_000) return result;
  assert.ok(attempts > 0, `blocks for ${(user + system) / 1_000} ms`);
  return timed(run, attempts - 1);
}

for (const [what, mappings] of [
  ['rules', rules],
  ['shapes', shapes],
] as const) {
  it(`no mapping by ${what} throws, takes 5 ms, changes what was sent, or loses a value of any JSON`, () => {
    let events = 0;
    const body = what === 'rules' ? json : fc.record({ event: fc.constant('order.created'), data: json, a: json });
    fc.assert(
      fc.property(mappings, fc.oneof(json, body), (mapping, any) => {
        // Conditions of rules compare values. Shapes take equal ones for one that was sent twice.
        const sent = what === 'rules' ? any : withUniqueLeaves(any);
        const before = JSON.stringify(sent);
        const { map } = compileMapping(mapping);
        const result = timed(() => map({ body: sent, headers: {} }));
        assert.equal(JSON.stringify(sent), before);
        assertNothingLost(sent, result);
        if (result.kind === 'events') events += result.events.length;
      }),
      { numRuns: 2_000 },
    );
    assert.ok(events > 200, `only ${events} events`);
  });
}
