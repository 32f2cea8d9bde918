import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import Schema from 'typebox/schema';
import { parse } from 'yaml';
import { BROKEN_FLOWS } from '../../../fixtures/broken-flows.ts';
import { fileOf, problemsOf } from '../../../fixtures/problems.ts';
import { readFlowFile } from './flow-file.ts';
import { flowsSchema } from './json-schema.ts';

const root = join(import.meta.dirname, '../../..');
const validator = Schema.Compile(flowsSchema);
const isRefused = (text: string): boolean => !validator.Check(parse(text));

it('takes the flows that come with Switchboard', () => {
  assert.equal(isRefused(readFileSync(join(root, 'flows.yaml'), 'utf8')), false);
});

it('is the file for editors', () => {
  assert.deepEqual(
    JSON.parse(readFileSync(join(root, 'flows.schema.json'), 'utf8')),
    JSON.parse(JSON.stringify(flowsSchema)),
  );
});

it('refuses what the reader refuses for its form, and nothing that the reader takes', () => {
  let forms = 0;
  for (const [fields, problem] of Object.values(BROKEN_FLOWS).flat()) {
    const text = fileOf(fields);
    assert.notEqual(problemsOf(fields), 'loads', `${problem}`);
    const isOfForm = 'file' in readFlowFile({ path: 'a.yaml', text });
    if (isOfForm) continue;
    // A time too short or too long.
    if (/must be from/.test(problemsOf(fields))) continue;
    forms += 1;
    assert.ok(isRefused(text), `the schema takes ${fields}: ${problem}`);
  }
  assert.ok(forms > 12, `${forms} are about the form`);
});
