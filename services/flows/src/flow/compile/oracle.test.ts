import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Budget } from '@switchboard/expressions';
import { evaluateByOracle } from '@switchboard/expressions/fixtures';
import fc from 'fast-check';
import { anyEventOf } from '../../../fixtures/any-event.ts';
import { type Compiling, compile, type Scope } from './expressions.ts';
import { kindOf } from './field-kinds.ts';
import { pick, toJson } from './picks.ts';

const TYPE = 'order.shipped';
const scope: Scope = { variables: new Map([['event', kindOf(TYPE)]]), uncertain: new Set() };

const text = fc.constantFrom(
  'event.orderId',
  'event.carrier',
  '"A-1"',
  'string(size(event.items))',
  'event.orderId + "!"',
);
const whole = fc.constantFrom('event.shippedAt', 'size(event.items)', '86400000', 'event.shippedAt + 1');
const double = fc.constantFrom('event.items[0].price', 'event.items[0].quantity', '2.5', 'double(size(event.items))');
const pair = (one: fc.Arbitrary<string>, operators: string[]): fc.Arbitrary<string> =>
  fc.tuple(one, fc.constantFrom(...operators), one).map(([left, operator, right]) => `${left} ${operator} ${right}`);
const condition = fc.oneof(
  pair(text, ['==', '!=', '<']),
  pair(whole, ['==', '<', '>=']),
  pair(double, ['<', '>=']),
  fc.constantFrom(
    'event.items.exists(i, i.quantity == 1.0)',
    'event.items.all(i, i.price > 1.0)',
    '"A-1" in event.items.map(i, i.sku)',
  ),
);
const expression = fc.oneof(
  condition,
  pair(condition, ['&&', '||']),
  pair(whole, ['+', '-', '*']),
  fc.tuple(condition, text, text).map(([when, one, other]) => `${when} ? ${one} : ${other}`),
);

it('expressions over events have the value that another implementation of CEL computes', () => {
  let values = 0;
  fc.assert(
    fc.property(expression, anyEventOf(TYPE), (source, event) => {
      const compiling: Compiling = { flow: 'a@1', budget: new Budget(), problems: [] };
      const compiled = compile(source, ['when'], scope, compiling);
      assert.ok(compiled !== undefined, `${source}: ${compiling.problems.map(({ message }) => message)}`);
      const view = pick(event, true, kindOf(TYPE), true);
      const theirs = evaluateByOracle(source, { event: view });
      let ours: unknown;
      try {
        ours = compiled.evaluate({ event });
      } catch {
        // Integers that overflow.
        assert.equal(theirs.kind, 'error', source);
        return;
      }
      if (ours === undefined || theirs.kind === 'error') return;
      values += 1;
      // Whole numbers that a double does not hold are text.
      const isLarge = typeof theirs.value === 'number' && !Number.isSafeInteger(theirs.value);
      assert.deepEqual(isLarge ? Number(ours) : ours, toJson(theirs.value), source);
    }),
    { numRuns: 1_000 },
  );
  assert.ok(values > 200, `only ${values} had a value`);
});
