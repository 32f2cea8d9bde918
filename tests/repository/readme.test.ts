import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { encodePayload } from '@switchboard/events';
import { buildIngest, parseSources, resolveSources } from '@switchboard/ingest';
import type { OutgoingRecord } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { Registry } from 'prom-client';
import { createScratchCopy } from './scratch-copy.ts';
import { textOf } from './source-files.ts';

function block(language: string, file = 'README.md'): string {
  const [, text] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(textOf(file)) ?? [];
  assert.ok(text, `${file} has no block of ${language}`);
  return text;
}

it('the service in README.md compiles as the main file of a service', async () => {
  using copy = createScratchCopy();
  writeFileSync(join(copy.root, 'services/crm-sync/src/main.ts'), block('ts'));
  await copy.run('node_modules/.bin/tsc', '-p', 'services/crm-sync');
});

it('ingest accepts what README.md and the README.md of the client send', async () => {
  const published: OutgoingRecord[] = [];
  const file = 'local/sources.yaml';
  const sources = await resolveSources(parseSources(textOf(file), file), { LOCAL_SECRET: 'local-secret' });
  const ingest = buildIngest({
    sources: { get: (name) => sources.get(name), names: () => sources.keys(), values: () => sources.values() },
    publish: async (record) => void published.push(record),
    encode: (event) => encodePayload(event.meta.type as never, event as never),
    seenIds: { get: async () => undefined, add() {}, claim: async () => undefined, shorten() {} },
    metrics: new Registry(),
    logger: createLogger('ingest', 'silent'),
  });
  try {
    const url = await ingest.listen({ host: '127.0.0.1', port: 0 });
    for (const readme of ['README.md', 'packages/client/README.md']) {
      const script = block('js', readme)
        .replace('http://127.0.0.1:8080', url)
        .replace('@switchboard/client', import.meta.resolve('@switchboard/client'));
      await import(`data:text/javascript,${encodeURIComponent(script)}`);
    }
    const order = ['commerce.orders', 'local:order-1'];
    assert.deepEqual(
      published.map(({ topic, key }) => [topic, key]),
      [order, order],
    );
  } finally {
    await ingest.close();
  }
});

it('a provider is one file, its test and one line, as packages/providers/README.md says', async () => {
  using copy = createScratchCopy();
  const readme = textOf('packages/providers/README.md');
  const [code = '', test = ''] = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, text = '']) => text);
  const at = (name: string): string => join(copy.root, 'packages/providers/src', name);
  writeFileSync(at('vendors/acme.ts'), code.replaceAll(/^ {3}/gm, ''));
  writeFileSync(at('vendors/acme.test.ts'), test.replaceAll(/^ {3}/gm, ''));
  const list = copy.read('packages/providers/src/providers.ts');
  const listed = `import { acme } from './vendors/acme.ts';\n${list.replace('\n  api,\n', '\n  acme,\n  api,\n')}`;
  writeFileSync(at('providers.ts'), listed);
  await copy.run('node_modules/.bin/tsc', '-p', 'packages/providers');
  const suites = ['vendors/acme.test.ts', 'providers.test.ts', 'documentation.test.ts'].map(
    (name) => `packages/providers/src/${name}`,
  );
  assert.match(await copy.run(process.execPath, '--test', ...suites), /fail 0/);
  assert.match(
    await copy.run(process.execPath, 'cli/main.ts', 'send', '--list'),
    /^acme {2}message +message\.received$/m,
  );
});
