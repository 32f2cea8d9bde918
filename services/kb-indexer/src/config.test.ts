import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { readConfig } from '@switchboard/service';
import { kbIndexerConfig } from './config.ts';
import { handlers } from './handlers.ts';

describe('the configuration', () => {
  it('requires only the settings of the chosen index, and says which and why', async () => {
    const config = readConfig(kbIndexerConfig, { INDEX: 'postgres' });
    await assert.rejects(handlers({ config } as Parameters<typeof handlers>[0]), {
      name: 'ConfigError',
      message: /POSTGRES_URL is not set, and INDEX=postgres needs it: postgres:\/\//,
    });
  });

  it('refuses a path without {id} and addresses with another scheme', () => {
    const wrong = { PLATFORM_DOCUMENT_PATH: '/v1/documents', POSTGRES_URL: 'mysql://x', EMBEDDINGS_URL: 'file:///x' };
    assert.throws(
      () => readConfig(kbIndexerConfig, wrong),
      (error: { problems: string[] }) => error.problems.length === 3,
    );
  });

  it('is completely documented in the README', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const settings = readme.slice(readme.indexOf('## Settings'));
    const listed = [...settings.matchAll(/^\| (`[A-Z_]+`[^|]*)\|/gm)].flatMap(
      ([, names = '']) => names.match(/[A-Z_]+/g) ?? [],
    );
    assert.deepEqual(listed.toSorted(), [...Object.keys(kbIndexerConfig.properties), 'HOST'].toSorted());
  });
});
