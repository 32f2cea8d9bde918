import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { map } from './main.ts';

const readme = await readFile(new URL('../../services/ingest/README.md', import.meta.url), 'utf8');
const section = readme.split('\n## ').find((text) => text.startsWith('Mapping\n')) ?? assert.fail('no section Mapping');

const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(section)?.[1] ?? assert.fail(`no block of ${language}`);

it('the command of the section "Mapping" shows what stands there', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-readme-'));
  t.after(() => rm(folder, { recursive: true }));
  const [, body = ''] = /^echo '(.*)' \|$/m.exec(block('sh')) ?? [];
  const [, options = ''] = /-- map (try .*)$/m.exec(block('sh')) ?? [];
  await writeFile(join(folder, 'body.json'), body);
  await writeFile(join(folder, 'sources.yaml'), block('yaml'));
  const argv = [...options.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  const lines: string[] = [];
  const { mock } = t.mock.method(console, 'log', (line: string) => void lines.push(line));
  const code = await map([
    ...argv.map((word) => (word === 'sources.yaml' ? join(folder, word) : word)),
    join(folder, 'body.json'),
  ]);
  mock.restore();
  assert.equal(code, 0);
  assert.equal(`${lines.join('\n')}\n`, block('text'));
});
