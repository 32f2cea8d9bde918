import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createSteps, readSteps, stepsText } from './steps.ts';

it('the steps of an event survive a header, whatever their names', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const code = fc.constantFrom('REJECTED', 'NO_SUCH_CHANNEL', 'E.1-x');
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { maxLength: 8 }),
      fc.uniqueArray(fc.tuple(name, code), { maxLength: 8, selector: ([one]) => one }),
      (done, failed) => {
        const steps = { done: new Set(done), failed: new Map(failed) };
        assert.deepEqual(readSteps(Buffer.from(stepsText(steps))) ?? createSteps(), steps);
      },
    ),
  );
});

it('a header of steps is bounded, and any other text is ignored', () => {
  const many = new Set(Array.from({ length: 10_000 }, (_, n) => `acme/crm-${n}`));
  const text = stepsText({ done: many, failed: new Map() });
  assert.ok(text.length <= 4_096);
  assert.equal(readSteps(Buffer.from(text))?.done.size, 64);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { done, failed } = readSteps(Buffer.from(bytes)) ?? createSteps();
      assert.ok(done.size + failed.size <= 64);
    }),
  );
  for (const odd of ['%E0%A4%A', 'a=b=c', '=x', 'a=', `x=${'y'.repeat(65)}`, 'x'.repeat(5_000)]) {
    assert.deepEqual(readSteps(Buffer.from(odd)) ?? createSteps(), createSteps());
  }
});
