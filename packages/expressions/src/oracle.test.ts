import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { evaluateByOracle } from '../fixtures/index.ts';
import { compileExpression } from './compile-expression.ts';

/** Without has(…): for a field that is null, the other one says false, although it is a key of the map. */
const path = fc.constantFrom('body.a', 'body.b', 'body.a.b', 'body.l[0]', 'body["a"]', 'body.l');
const literal = fc.constantFrom('1', '2.5', '"x"', '"a,b"', 'true', 'null', '[1, 2]', '["x"]', '[]');

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const pair = fc.tuple(inner, inner);
  return {
    expression: fc.oneof(
      { maxDepth: 3 },
      path,
      literal,
      fc
        .tuple(pair, fc.constantFrom('==', '!=', '<', '>=', '+', '-', '*', '&&', '||', 'in'))
        .map(([[left, right], operator]) => `(${left} ${operator} ${right})`),
      fc.tuple(inner, pair).map(([condition, [left, right]]) => `(${condition} ? ${left} : ${right})`),
      inner.map((one) => `!(${one})`),
      fc.tuple(inner, fc.constantFrom('size', 'string', 'double', 'int')).map(([one, name]) => `${name}(${one})`),
      fc
        .tuple(inner, inner, fc.constantFrom('contains', 'startsWith', 'endsWith'))
        .map(([one, other, name]) => `(${one}).${name}(${other})`),
      fc.tuple(inner, fc.constantFrom('lowerAscii', 'upperAscii', 'trim')).map(([one, name]) => `(${one}).${name}()`),
      fc
        .tuple(inner, inner, fc.constantFrom('map', 'filter', 'exists', 'all', 'exists_one'))
        .map(([list, step, name]) => `(${list}).${name}(x, ${step.replace('body.a', 'x')})`),
    ),
  };
});

const value = fc.jsonValue({ maxDepth: 2 });
const body = fc.record(
  { a: fc.oneof(value, fc.record({ b: value })), b: value, l: fc.array(value, { maxLength: 3 }) },
  { requiredKeys: [] },
);

it('has the value that another implementation of CEL computes', () => {
  let values = 0;
  fc.assert(
    fc.property(expression, body, (text, sent) => {
      let compiled: ReturnType<typeof compileExpression>;
      try {
        compiled = compileExpression(text, { variables: { body: 'dyn' } });
      } catch {
        return;
      }
      const ours = compiled.evaluate({ body: sent });
      if (ours.kind !== 'value') return;
      const theirs = evaluateByOracle(text, { body: sent });
      // Which mixed types can be compared at all differs in details.
      if (theirs.kind === 'error') return;
      values += 1;
      assert.deepEqual(JSON.parse(JSON.stringify(ours.value)), JSON.parse(JSON.stringify(theirs.value)), text);
    }),
    { numRuns: 3_000 },
  );
  assert.ok(values > 300, `only ${values} had a value`);
});
