import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { ALL_OF_THE_LANGUAGE } from '../../fixtures/all-of-the-language.ts';
import { anyEventOf } from '../../fixtures/any-event.ts';
import type { Flow, Kept, Outcome } from './flow.ts';
import { FlowError } from './flow-error.ts';
import { LIMITS } from './limits.ts';
import { loadFlows } from './load-flows.ts';

const shipped = readFileSync(join(import.meta.dirname, '../../flows.yaml'), 'utf8');
const texts = [shipped, ALL_OF_THE_LANGUAGE];

/** Whether the file loads; if not, each problem has its place. */
function loads(text: string): boolean {
  try {
    loadFlows([{ path: 'a.yaml', text }]);
    return true;
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    const lines = text.split('\n');
    assert.equal(error.code, 'INVALID');
    assert.ok(error.problems.length > 0);
    for (const { place, message } of error.problems) {
      assert.ok(place !== undefined && message !== '', error.message);
      const line = lines[place.line - 1];
      assert.ok(line !== undefined && place.column >= 1 && place.column <= line.length + 1, error.message);
    }
    return false;
  }
}

it('a file that is changed anywhere loads, or says what is wrong with a place in it', () => {
  const noise = fc.oneof(
    fc.constantFrom('', ' ', '\n', ':', '{', '}', '[', ']', '"', "'", '&a', '*a', '!!', '|', '#', '${', 'null', '\t'),
    fc.constantFrom('event', 'event.orderId', 'on', 'all', 'when', 'within', 'then', 'key', '1', 'true', '__proto__'),
    fc.string({ maxLength: 5 }),
  );
  let valid = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.oneof(fc.constant(0), fc.nat(12)),
      noise,
      (text, at, length, added) => {
        const from = Math.floor(at * text.length);
        if (loads(text.slice(0, from) + added + text.slice(from + length))) valid += 1;
      },
    ),
    { numRuns: 250 },
  );
  assert.ok(valid > 5, `${valid} load`);
});

it('a file in which a value is another one loads, or says what is wrong with a place in it', () => {
  const values = fc.oneof(
    fc.constantFrom<unknown>(
      'event.orderId',
      'size(event.items)',
      'order.shipped',
      'payment.confirmed',
      '24h',
      'key',
      'a-b',
      '',
      1,
      true,
      null,
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(), values, (text, which, value) => {
      const content = parse(text) as object;
      const places: [Record<string, unknown>, string][] = [];
      const visit = (held: unknown): void => {
        if (typeof held !== 'object' || held === null) return;
        for (const key of Object.keys(held)) {
          places.push([held as Record<string, unknown>, key]);
          visit((held as Record<string, unknown>)[key]);
        }
      };
      visit(content);
      const [holder, key] = places[which % places.length] as [Record<string, unknown>, string];
      holder[key] = value;
      loads(stringify(content));
    }),
    { numRuns: 250 },
  );
});

const flows = texts.flatMap((text) => loadFlows([{ path: 'a.yaml', text }]).flows);

const outcomeOf = (run: () => Outcome | undefined): Outcome | undefined => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    assert.equal(error.code, 'FAILED');
    return undefined;
  }
};

it('any event that the schemas allow is matched and completes, or fails as a FlowError', () => {
  const cases = fc
    .constantFrom(...flows)
    .chain((flow) =>
      fc.tuple(fc.constant(flow), fc.tuple(...flow.slots.map(({ type }) => anyEventOf(type))), fc.nat()),
    );
  const done = { matched: 0, completed: 0, effects: 0 };
  fc.assert(
    fc.property(cases, ([flow, events, lacking]) => {
      const slots: (Kept | undefined)[] = flow.slots.map(() => undefined);
      for (const event of events) {
        const before = JSON.stringify(event);
        try {
          const match = flow.match(event);
          assert.equal(JSON.stringify(event), before);
          if (match === undefined) continue;
          assert.ok(match.key.length > 0 && match.key.length <= LIMITS.keyLength);
          assert.deepEqual(JSON.parse(JSON.stringify(match)), match);
          slots[match.slot] = match.kept;
          assert.doesNotMatch(JSON.stringify([match.key, match.kept.fields]), /\\u0000|\\ud[89a-f]/i);
          done.matched += 1;
        } catch (error) {
          if (!(error instanceof FlowError)) throw error;
        }
      }
      if (slots.every((slot) => slot === undefined)) return;
      const instance = { tenant: 'acme', key: 'A-1', slots };
      const outcome = outcomeOf(() => flow.complete(instance));
      check(flow, outcome);
      if (outcome !== undefined) done.completed += 1;
      done.effects += outcome?.effects.length ?? 0;
      const some = slots.map((slot, index) => (index === lacking % slots.length ? slot : undefined));
      if (some.some((slot) => slot !== undefined))
        check(
          flow,
          outcomeOf(() => flow.timeOut({ ...instance, slots: some })),
        );
    }),
    { numRuns: 600 },
  );
  assert.ok(done.matched > 200 && done.completed > 100 && done.effects > 50, JSON.stringify(done));
});

/** What is stored can be stored, and no text is empty. */
function check(flow: Flow, outcome: Outcome | undefined): void {
  const unstorable = /\\u0000|\\ud[89a-f]/i;
  assert.doesNotMatch(JSON.stringify(outcome?.changes ?? []), unstorable, flow.name);
  for (const effect of outcome?.effects ?? []) {
    if (effect.kind !== 'message') continue;
    assert.equal(Object.keys(effect.texts)[0], 'en', flow.name);
    for (const text of Object.values(effect.texts)) assert.ok(text !== '', flow.name);
  }
}
