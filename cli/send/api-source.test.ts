import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readDeployConfig } from '@switchboard/deploy/config';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { sourcesOf, startApp } from '@switchboard/ingest/fixtures/app';
import { parseSources, resolveSources } from '@switchboard/ingest/sources';

const SOURCES = join(import.meta.dirname, '../../local/sources.yaml');

/** The real app, with the client of the local sources. */
async function start(t: TestContext) {
  const { LOCAL_API_KEY } = readDeployConfig({});
  const { entries, ...file } = parseSources(await readFile(SOURCES, 'utf8'), SOURCES);
  const { api } = entries;
  assert.ok(api);
  const sources = await resolveSources({ ...file, entries: { api } }, { LOCAL_API_KEY });
  const { app, port, published } = await startApp(t, { sources: sourcesOf(...sources.values()) });
  const requests: string[] = [];
  app.server.on('request', ({ url = '' }) => requests.push(url));
  const url = `http://127.0.0.1:${port}`;
  const send = async (args: readonly string[], variables: Record<string, string> = {}) => {
    const program = runProgram(join(import.meta.dirname, '../main.ts'), ['send', ...args, '--url', url], variables);
    return { code: await program.exit, output: program.output };
  };
  return { send, published, requests };
}

describe('npm run send -- --source api', () => {
  it('sends lists of events with the key of the client', async (t) => {
    const { send, published, requests } = await start(t);
    const { code, output } = await send(['order.created', '--source', 'api', '--count', '100']);
    assert.equal(code, 0, output);
    assert.match(output, /^100 × order\.created → http:\S+\/v1\/events\nhandled by: notifier, flows\n/);
    assert.match(output, / {2}200 {2}\{"id":"[^"]+","status":"accepted","problems":\[\]\}\n/);
    assert.match(output, /^100 accepted/m);
    assert.equal(new Set(published.map(({ headers }) => headers?.ce_id)).size, 100);
    assert.ok(requests.length < 10, `${requests.length} requests`);
    assert.deepEqual(new Set(requests), new Set(['/v1/events']));
  });

  it('shows how a key is refused', async (t) => {
    const { send, published } = await start(t);
    const { code, output } = await send(['order.created', '--source', 'api'], { LOCAL_API_KEY: 'sb_local_another' });
    assert.equal(code, 1);
    assert.match(output, /1 × 401/);
    assert.deepEqual(published, []);
  });
});
