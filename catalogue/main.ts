import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

// Generates what is made from schemas/: the code of packages/events, then the documents that ingest serves, and the
// JSON Schema of flows, which names the event types.
const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const root = join(import.meta.dirname, '..');
const folder = 'services/ingest/catalogue';
const FLOWS_SCHEMA = 'services/flows/flows.schema.json';

const events = [join(root, 'packages/events/generate/main.ts'), ...(options.check ? ['--check'] : [])];
const { status } = spawnSync(process.execPath, events, { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

// Imported only now: it loads the generated code.
const { documents } = await import('./documents.ts');
const { flowsSchema } = await import('@switchboard/flows/schema');
const files = [...documents()].map(([name, text]) => [join(folder, name), text] as const);
for (const [path, text] of [...files, [FLOWS_SCHEMA, `${JSON.stringify(flowsSchema, null, 2)}\n`] as const]) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (options.check) {
    console.error(`${path} is out of date: run \`npm run generate\` and commit it.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}
