import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { generate } from './command.ts';

const repository = join(import.meta.dirname, '../../..');
const generated = 'packages/events/src/generated';

/** A copy of the schemas and of the generated code. */
function scratchCopy(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'switchboard-drift-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const path of ['schemas', generated]) cpSync(join(repository, path), join(root, path), { recursive: true });
  return root;
}

function run(root: string, check: boolean): { code: number; lines: string[] } {
  const lines: string[] = [];
  return { code: generate(root, check, (line) => lines.push(line)), lines };
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from), `${file} holds no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

test('the generated code in the repository matches its schemas', () => {
  assert.deepEqual(run(repository, true), { code: 0, lines: [] });
});

test('the check names a generated type that was edited by hand, and the command to run', (t) => {
  const root = scratchCopy(t);
  edit(join(root, generated, 'types/chat.ts'), 'conversationId: string;', 'conversationId: number;');
  const line = `${generated}/types/chat.ts does not match schemas/: run \`npm run generate\` and commit it.`;
  assert.deepEqual(run(root, true), { code: 1, lines: [line] });
});

test('the check names the files that a changed schema affects, and generate updates them', (t) => {
  const root = scratchCopy(t);
  const versions = readdirSync(join(root, 'schemas/ops/versions')).filter((name) => name.startsWith('IncidentOpened.'));
  edit(join(root, 'schemas/ops/IncidentOpened.avsc'), '"doc": "How bad it is', '"doc": "How very bad it is');
  const files = [
    `${generated}/types/ops.ts`,
    `${generated}/events/incident-opened.ts`,
    `schemas/ops/versions/IncidentOpened.${versions.length + 1}.avsc`,
  ];
  const check = run(root, true);
  assert.equal(check.code, 1);
  assert.deepEqual(
    check.lines.map((line) => line.split(' ')[0]),
    files,
  );
  assert.deepEqual(run(root, false), { code: 0, lines: files.map((file) => `wrote ${file}`) });
  assert.deepEqual(run(root, true), { code: 0, lines: [] });
});

test('generated files without a schema are named and deleted', (t) => {
  const root = scratchCopy(t);
  const stray = `${generated}/events/order-lost.ts`;
  writeFileSync(join(root, stray), 'export {};\n');
  assert.equal(run(root, true).code, 1);
  assert.deepEqual(run(root, false), { code: 0, lines: [`deleted ${stray}`] });
  assert.deepEqual(run(root, false), { code: 0, lines: ['All generated files match schemas/.'] });
});

test('a change that breaks readers is refused, and nothing is written', (t) => {
  const root = scratchCopy(t);
  edit(
    join(root, 'schemas/ops/IncidentOpened.avsc'),
    '"name": "title", "type": "string"',
    '"name": "title", "type": "int"',
  );
  edit(join(root, 'schemas/ops/IncidentOpened.avsc'), '"int", "minLength": 1, "maxLength": 1000', '"int"');
  edit(join(root, 'schemas/ops/IncidentOpened.example.json'), '"Card payments fail"', '7');
  const problem = 'title was string and is now int; add a new field instead';
  const versions = readdirSync(join(root, 'schemas/ops/versions')).filter((name) => name.startsWith('IncidentOpened.'));
  const lines = versions.map(
    (_, index) => `schemas/ops/IncidentOpened.avsc is incompatible with version ${index + 1}: ${problem}.`,
  );
  assert.deepEqual(run(root, false), { code: 1, lines });
  assert.deepEqual(run(root, true), { code: 1, lines });
});

test('a file that is not JSON is named', (t) => {
  const root = scratchCopy(t);
  appendFileSync(join(root, 'schemas/catalogue.json'), '}');
  const { code, lines } = run(root, true);
  assert.equal(code, 1);
  assert.match(lines.join(), /^schemas\/catalogue\.json is not JSON: /);
});
