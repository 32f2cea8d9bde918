import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nameOf } from './key-name.ts';
import { createPathTree } from './path-tree.ts';
import { kindsIn } from './value-kind.ts';

function tree(mostPaths = 200, ignored: readonly string[] = []) {
  const made = createPathTree({ mostPaths, isIgnored: (path) => ignored.includes(path) });
  let now = 0;
  return {
    ...made,
    see(value: unknown, weight = 1): number {
      now += 1_000;
      return made.observe(value, weight, now);
    },
    found: () => Object.fromEntries([...made.paths()].map(({ path, events }) => [path, events])),
  };
}

describe('paths', () => {
  it('are counted once for an event, with lists as []', () => {
    const { see, found } = tree();
    assert.equal(see({ coupon: 'A', lines: [{ sku: 1 }, { sku: 2, gift: true }], tags: [] }), 4);
    see({ coupon: 'B', tags: ['x', 'y'] });
    assert.deepEqual(found(), { coupon: 2, 'lines[].sku': 1, 'lines[].gift': 1, tags: 1, 'tags[]': 1 });
  });

  it('keep the kinds of their values, the bound of their texts, and when they came', () => {
    const { see, paths } = tree();
    for (const at of [null, '2026-01-05T10:00:00Z', 'x'.repeat(70), 1.5, 7, true, {}]) see({ at });
    const [only] = paths();
    assert.deepEqual(kindsIn(only?.kinds ?? 0), ['string', 'time', 'integer', 'number', 'boolean', 'null', 'object']);
    assert.deepEqual([only?.longest, only?.firstAt, only?.lastAt], [256, 1_000, 7_000]);
  });

  it('are estimated from the events that are looked at', () => {
    const { see, found } = tree();
    see({ coupon: 'A' });
    see({ coupon: 'B' }, 40);
    assert.deepEqual(found(), { coupon: 41 });
  });

  it('are not counted where the mapping ignores them, and what lies under them neither', () => {
    const { see, found } = tree(200, ['debug', 'lines[].internal']);
    see({ debug: { a: 1 }, debugging: 1, lines: [{ internal: 1, sku: 2 }] });
    assert.deepEqual(found(), { debugging: 1, 'lines[].sku': 1 });
  });
});

describe('keys that are data', () => {
  const data = [
    'eva@example.org',
    'Eva Example',
    'eva.example',
    '+49 170 1234567',
    'user-12345',
    'cus_9s6XKzkNRiz8i3',
    '0f6c2a4e-1d2c-4f6b-9c3a-3f0d8f0b8a11',
    'deadbeefdeadbeef',
    'x'.repeat(80),
    'a\u202eb',
    'a\nb',
    '',
    '{"a":1}',
    '12',
  ];
  for (const key of data) {
    it(`such as ${JSON.stringify(key)} are *`, () => assert.equal(nameOf(key), '*'));
  }

  const names = ['couponCode', 'line_item_1', 'address2line1', '@type', '$ref', 'Größe', 'sha256', 'x-request-id'];
  for (const key of [...names, 'iso8601', '__proto__', 'constructor', '_links', 'xml:lang', 'envelope.channel']) {
    it(`are not names of fields such as ${key}`, () => assert.equal(nameOf(key), key));
  }

  it('become * where each event has others', () => {
    const { see, found, collapsed } = tree();
    const names = Array.from({ length: 60 }, (_, index) => `n${'abcdefghij'[index % 10]}${'klmnop'[index % 6]}`);
    for (const name of new Set(names)) see({ scores: { [name]: { points: 1 } }, coupon: 'A' });
    const events = new Set(names).size;
    assert.deepEqual(found(), { coupon: events, 'scores.*.points': events });
    assert.ok(collapsed.includes('scores.nak.points'));
  });

  it('become * when there are too many of them', () => {
    const { see, found } = tree(1_000);
    see({ scores: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`n${letters(index)}`, 1])) });
    assert.deepEqual(Object.keys(found()), ['scores.*']);
  });

  it('are fields where events have the same ones, however many', () => {
    const { see, found } = tree();
    const order = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`field_${letters(index)}`, 1]));
    for (let event = 0; event < 20; event += 1) see(order);
    assert.equal(Object.keys(found()).length, 90);
  });
});

describe('a hostile sender', () => {
  it('does not make it grow with 10,000 paths', () => {
    const { see, found } = tree(200);
    for (let event = 0; event < 10_000; event += 1) {
      const [a, b, c] = [event % 20, Math.floor(event / 20) % 20, Math.floor(event / 400)].map(letters);
      see({ [`a${a}`]: { [`b${b}`]: { [`c${c}`]: 1 } } });
    }
    const paths = found();
    assert.ok(Object.keys(paths).length <= 200, String(Object.keys(paths).length));
    const sum = Object.values(paths).reduce((total, events) => total + events, 0);
    assert.equal(sum, 10_000);
  });

  it('does not reach prototypes', () => {
    const { see, found } = tree();
    see(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}},"toString":2}'));
    assert.deepEqual(Object.keys(found()).sort(), ['__proto__.polluted', 'constructor.prototype.x', 'toString']);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('does not make paths long, or the walk deep', () => {
    const { see, found } = tree();
    let [deep, wide]: unknown[] = [1, 1];
    for (let level = 0; level < 5_000; level += 1) deep = level % 2 === 0 ? [deep] : { a: deep };
    for (let level = 0; level < 7; level += 1) wide = { [`${'long'.repeat(15)}`]: wide };
    see({ deep, wide });
    for (const path of Object.keys(found())) assert.ok(path.length <= 200, path);
    assert.equal(Object.keys(found()).length, 2);
  });

  it('does not make one event cost much', () => {
    const { see, found } = tree();
    const lines = Array.from({ length: 200_000 }, (_, line) => ({ line }));
    see({ lines, more: Array.from({ length: 19 }, () => lines) });
    assert.deepEqual(Object.keys(found()), ['lines[].line', 'more[][].line']);
    let reads = 0;
    let nested: unknown = {
      get line() {
        reads += 1;
        return 1;
      },
    };
    for (let level = 0; level < 4; level += 1) nested = Array.from({ length: 20 }, () => nested);
    see({ nested });
    assert.ok(reads > 100 && reads <= 2_000, String(reads));
  });
});

it('no value is kept, whatever was sent', () => {
  const secret = fc.constantFrom('canary-7f3a', 'eva@canary.example', '+49170canary');
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, secret, fc.integer(), tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    object: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'eva@canary.example', '[]', '*'), tie('value')),
  })).object;
  fc.assert(
    fc.property(fc.array(json, { maxLength: 20 }), (events) => {
      const { see, paths, collapsed } = tree(20);
      for (const event of events) see(event);
      const kept = [...paths()];
      assert.doesNotMatch(JSON.stringify([kept, collapsed]), /canary/);
      assert.ok(kept.length <= 20);
      for (const { path } of kept) assert.match(path, /^[\p{L}\p{N}_.:@$*[\]-]+$/u);
    }),
  );
});

/** `a`, `b`, …, `z`, `ba`, … */
function letters(number: number): string {
  const last = String.fromCharCode(97 + (number % 26));
  return number < 26 ? last : letters(Math.floor(number / 26)) + last;
}
