import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { connectionsConfig } from '@switchboard/connections';
import { compileMapping, providers } from '@switchboard/providers';
import { ingestConfig } from './config.ts';
import { readEvents } from './event/read-events.ts';
import { refusals, SHAPES } from './http/refusals.ts';
import { parseSources } from './sources/sources.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);

/** The cells of every table row whose first one matches. */
const rows = (first: RegExp): string[][] =>
  readme
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([cell = '']) => first.test(cell));

describe('README', () => {
  it('lists every refusal as it is', () => {
    const listed = rows(/^[45]\d\d$/).map(([status, reason = '', answer = '']) => [
      reason.replaceAll('`', ''),
      { status: Number(status), error: answer.split(';')[0] },
    ]);
    assert.deepEqual(Object.fromEntries(listed), refusals);
  });

  it('has the section that answers point to', () => {
    const [file, anchor] = SHAPES.docs.split('#');
    assert.equal(file, 'services/ingest/README.md');
    const sections = [...readme.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    assert.ok(sections.includes(String(anchor)), anchor);
  });

  it('lists every setting', () => {
    const listed = rows(/^`[A-Z_]+`/).flatMap(([names = '']) => names.match(/[A-Z_]+/g) ?? []);
    // docs/deploying.md lists those of the connections, by a test of packages/consumer.
    const own = Object.keys(ingestConfig.properties).filter((name) => !(name in connectionsConfig.properties));
    assert.deepEqual(listed.toSorted(), [...own, 'HOST'].toSorted());
  });

  it('shows bodies and sources that are understood', () => {
    const source = { name: 's', tenant: 't', mapping: compileMapping(providers.platform.mapping) };
    for (const line of blocks('json').join('').trim().split('\n')) {
      const item = { json: JSON.parse(line), bytes: Buffer.from(line), index: undefined };
      assert.equal(readEvents(item, { source, headers: {}, receivedAt: 0 }).kind, 'events', line);
    }
    const sources = blocks('yaml').flatMap((text) => Object.keys(parseSources(text, 'README.md').entries));
    assert.deepEqual(sources, ['backoffice', 'partner', 'shop', 'till']);
  });
});
