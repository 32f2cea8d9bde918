import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { yamlBlocks } from './fixtures/documented.ts';
import { FlowError } from './src/flow/flow-error.ts';
import { loadFlows } from './src/flow/load-flows.ts';

const shipped = 'services/flows/flows.yaml';
const sources = [
  { path: shipped, text: readFileSync(join(import.meta.dirname, '../..', shipped), 'utf8') },
  ...yamlBlocks('flows').map((text) => ({ path: 'docs/flows.md', text })),
];

/** Checks the flows that come with Switchboard and those of the documents, for `npm run check`. */
for (const source of sources) {
  try {
    loadFlows([source]);
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
