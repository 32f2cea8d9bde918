import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compileExpression } from './compile-expression.ts';

const many = <T>(length: number, item: (index: number) => T): T[] => Array.from({ length }, (_, index) => item(index));

const body = {
  numbers: many(10_000, (index) => index),
  objects: many(10_000, (index) => ({ price: index, name: 'x'.repeat(50) })),
  nested: many(100, () => many(100, () => 'y'.repeat(90))),
  texts: many(10_000, (index) => `x${index}`),
  long: 'a'.repeat(1_000_000),
  needle: `b${'a'.repeat(300_000)}`,
  wide: Object.fromEntries(many(50_000, (index) => [`k${index}`, index])),
};

const EXPENSIVE = [
  'body.numbers.map(x, body.numbers.map(y, x + y))',
  'body.numbers.all(x, body.numbers.all(y, x == y || true))',
  'body.numbers.all(x, body.numbers.map(y, y).size() == 1 || true)',
  'body.objects.exists(x, x.nope == 1)',
  'body.objects.exists(x, x.a == 1 || x.b == 2 || x.c == 3 || x.d == 5)',
  'body.texts.exists(x, int(x) == 3 || int(x) == 4)',
  'body.texts.map(x, x.substring(0, 1) + "-" + x.upperAscii())',
  'body.long.contains(body.needle)',
  'body.long.indexOf("aaab")',
  'body.long.split("")',
  'body.texts.join(body.long)',
  'body.numbers.map(x, body.long + body.long)',
  '[body.long].map(x, x + x).map(x, x + x).map(x, x + x)',
  'body.nested.exists(x, body.nested.exists(y, x != y))',
  'body.texts.exists(x, x in body.texts && false)',
  'body.numbers + body.numbers + body.numbers + body.numbers + body.numbers + body.numbers + body.numbers',
  'body.wide.map(key, key)',
  'body.wide == body.wide',
  'size(body.wide)',
];

/** Milliseconds of CPU; the least of several runs, because other programs share the machine. */
function cpuOf(run: () => unknown): number {
  const times = many(5, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}

for (const text of EXPENSIVE) {
  it(`${text} gives up in time`, () => {
    const { evaluate } = compileExpression(text, { variables: { body: 'dyn' } });
    assert.equal(evaluate({ body }).kind, 'failed');
    // It takes one or two; without the bound, more than a hundred.
    const took = cpuOf(() => evaluate({ body }));
    assert.ok(took < 20, `${took} ms`);
  });
}

it('a list of 10,000 items can be gone through', () => {
  const { evaluate } = compileExpression('body.numbers.filter(x, x > 9998.0)', { variables: { body: 'dyn' } });
  assert.deepEqual(evaluate({ body }), { kind: 'value', value: [9999] });
});
