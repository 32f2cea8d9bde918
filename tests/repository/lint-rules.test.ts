import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { root } from './source-files.ts';

const REFUSED: Readonly<Record<string, { file: string; text: string; rule: string }>> = {
  'a Kafka client outside packages/kafka': {
    file: 'services/a/src/client.ts',
    text: "import { Kafka } from 'kafkajs';\nexport const kafka = Kafka;\n",
    rule: 'noRestrictedImports',
  },
  'a subpath of a Kafka client': {
    file: 'services/a/src/part.ts',
    text: "import part from '@platformatic/kafka/dist/part.js';\nexport { part };\n",
    rule: 'noRestrictedImports',
  },
  'a dynamic import of a Kafka client': {
    file: 'packages/b/src/later.ts',
    text: "export const kafka = await import('kafkajs');\n",
    rule: 'noRestrictedImports',
  },
  'the registry client': {
    file: 'cli/registry.ts',
    text: "import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';\nexport { SchemaRegistry };\n",
    rule: 'noRestrictedImports',
  },
  'process.env': {
    file: 'services/a/src/variable.ts',
    text: 'export const variable = process.env.VARIABLE;\n',
    rule: 'noProcessEnv',
  },
  'the environment as an import': {
    file: 'packages/kafka/src/variable.ts',
    text: "import { env } from 'node:process';\nexport const variable = env.VARIABLE;\n",
    rule: 'noRestrictedImports',
  },
  'a package missing in package.json': {
    file: 'services/a/src/undeclared.ts',
    text: "import { b } from '@switchboard/b';\nexport { b };\n",
    rule: 'noUndeclaredDependencies',
  },
  'an import cycle': {
    file: 'services/a/src/hen.ts',
    text: "import { egg } from './egg.ts';\nexport const hen = () => egg;\n",
    rule: 'noImportCycles',
  },
};

const ALLOWED: Readonly<Record<string, string>> = {
  'services/a/src/egg.ts': "import { hen } from './hen.ts';\nexport const egg = () => hen;\n",
  'services/a/package.json': '{ "name": "a", "dependencies": {} }\n',
  'packages/kafka/package.json': '{ "name": "kafka", "dependencies": { "kafkajs": "1" } }\n',
  'packages/kafka/src/client.ts': "import { Kafka } from 'kafkajs';\nexport const kafka = Kafka;\n",
  'packages/service/src/environment.ts': 'export const environment = process.env;\n',
};

interface Diagnostic {
  category: string;
  location: { path: string | { file: string } };
}

describe('the lint rules refuse', () => {
  let found: { rule: string; file: string }[];

  before(async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'switchboard-lint-'));
    for (const name of ['biome.json', '.gitignore']) await copyFile(join(root, name), join(scratch, name));
    const samples = Object.values(REFUSED).map(({ file, text }) => [file, text] as const);
    for (const [file, text] of [...samples, ...Object.entries(ALLOWED)]) {
      await mkdir(dirname(join(scratch, file)), { recursive: true });
      await writeFile(join(scratch, file), text);
    }
    const biome = join(root, 'node_modules/.bin/biome');
    const args = ['lint', '--reporter=json', '--max-diagnostics=1000'];
    const report = await new Promise<string>((resolve, reject) => {
      // It fails because it finds something.
      execFile(biome, args, { cwd: scratch }, (error, output) => (output === '' ? reject(error) : resolve(output)));
    });
    found = (JSON.parse(report) as { diagnostics: Diagnostic[] }).diagnostics.map(
      ({ category, location: { path } }) => ({
        rule: category.split('/').at(-1) ?? '',
        file: typeof path === 'string' ? path : path.file,
      }),
    );
  });

  for (const [what, { file, rule }] of Object.entries(REFUSED)) {
    it(what, () => assert.ok(found.some((one) => one.file.endsWith(file) && one.rule === rule)));
  }

  it('none of these where they are allowed', () => {
    const allowed = found.filter(({ file, rule }) => rule !== 'noImportCycles' && file in ALLOWED);
    assert.deepEqual(allowed, []);
  });
});
