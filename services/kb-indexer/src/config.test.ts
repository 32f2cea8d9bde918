import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { readConfig } from '@switchboard/service';
import { kbIndexerConfig } from './config.ts';
import { handlers } from './handlers.ts';

describe('the configuration', () => {
  it('needs only what the chosen index needs, and says what and why', async () => {
    const config = readConfig(kbIndexerConfig, { INDEX: 'postgres' });
    await assert.rejects(handlers({ config } as Parameters<typeof handlers>[0]), {
      name: 'ConfigError',
      message: /POSTGRES_URL is not set, and INDEX=postgres needs it: postgres:\/\//,
    });
  });

  it('refuses a path without a place for the id, and addresses of another kind', () => {
    const wrong = { PLATFORM_DOCUMENT_PATH: '/v1/documents', POSTGRES_URL: 'mysql://x', EMBEDDINGS_URL: 'file:///x' };
    assert.throws(
      () => readConfig(kbIndexerConfig, wrong),
      (error: { problems: string[] }) => error.problems.length === 3,
    );
  });

  it('is in the README, all of it', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const settings = readme.slice(readme.indexOf('## Settings'));
    const listed = [...settings.matchAll(/^\| (`[A-Z_]+`[^|]*)\|/gm)].flatMap(
      ([, names = '']) => names.match(/[A-Z_]+/g) ?? [],
    );
    assert.deepEqual(listed.toSorted(), [...Object.keys(kbIndexerConfig.properties), 'HOST'].toSorted());
  });
});
