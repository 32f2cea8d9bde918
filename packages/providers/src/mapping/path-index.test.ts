import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Source } from './compiling.ts';
import { lookUp } from './look-up.ts';
import { createPathIndex, type Sought } from './path-index.ts';

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const fieldsOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> =>
  fc.array(fc.tuple(name, value), { maxLength: 6 }).map(Object.fromEntries);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, '', 'x', 'y', 7, true),
    fc.array(tie('json'), { maxLength: 2 }),
    fieldsOf(tie('json')),
  ),
}));
const fields = fieldsOf(json);
const step = fc.oneof(
  { weight: 9, arbitrary: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const source: fc.Arbitrary<Source> = fc.record({
  kind: fc.constant('plain'),
  variable: fc.constantFrom('data', 'data', 'data', 'body'),
  steps: fc.array(step, { maxLength: 4 }),
});
const sought: fc.Arbitrary<Sought> = fc.record({
  sources: fc.array(source, { maxLength: 3 }),
  usable: fc.constantFrom(
    (value: unknown) => value,
    (value: unknown) => (typeof value === 'string' ? `${value}!` : undefined),
  ),
});

it('finds what a search for each value finds', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(sought, { maxLength: 6 }), fields, json, (all, data, body) => {
      const values = { data, body };
      const { slots, find } = createPathIndex(all, 'data');
      const hits = find(values);
      for (const [at, { sources, usable }] of all.entries()) {
        const slot = slots[at];
        if (slot === undefined) continue;
        const hit = hits[slot];
        const expected = lookUp(sources, values, usable, []);
        if (expected === undefined) assert.equal(hit, undefined);
        else {
          found += 1;
          assert.partialDeepStrictEqual(hit, expected);
        }
      }
    }),
    { numRuns: 3_000 },
  );
  assert.ok(found > 100, `only ${found} were found`);
});

it('leaves to a search what is no path of a few names from its variable', () => {
  const usable = (value: unknown): unknown => value;
  const plain = (...steps: (number | string[])[]): Source => ({ kind: 'plain', variable: 'item', steps });
  const all = [
    [plain(['a'])],
    [plain(['a']), plain(['b'], 0)],
    [{ ...plain(['a']), variable: 'body' } as Source],
    [plain(['a'], ['b'], ['c'], ['d'])],
    [plain()],
    [plain(['a'], ['b'], ['c'])],
  ].map((sources) => ({ sources, usable }));
  assert.deepEqual(createPathIndex(all, 'item').slots, [0, undefined, undefined, undefined, undefined, 1]);
});
