import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { principals } from '../rights.ts';
import { commands, strimziUsers } from './render.ts';

const FILES = {
  'kafka/acls.sh': commands(principals),
  'kubernetes/components/strimzi/kafka-users.yaml': strimziUsers(principals),
};

/** With --check, only compares. */
for (const [name, text] of Object.entries(FILES)) {
  const path = join(import.meta.dirname, '..', name);
  if (process.argv.includes('--check')) {
    if (readFileSync(path, 'utf8') === text) continue;
    console.error(`deploy/${name} is out of date: run \`npm run generate\`.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
