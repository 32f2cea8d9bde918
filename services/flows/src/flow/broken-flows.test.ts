import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROKEN_FLOWS } from '../../fixtures/broken-flows.ts';
import { problemsOf } from '../../fixtures/problems.ts';

for (const [what, rows] of Object.entries(BROKEN_FLOWS)) {
  describe(`a broken flow: ${what}`, () => {
    for (const [fields, problem] of rows) {
      it(fields.replaceAll('\n', '; '), () => {
        const found = problemsOf(fields);
        if (typeof problem === 'string') assert.equal(found, problem);
        else assert.match(found, problem);
      });
    }
  });
}
