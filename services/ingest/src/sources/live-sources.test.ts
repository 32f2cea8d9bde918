import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createLogger } from '@switchboard/service';
import { eventually } from '@switchboard/stack/until';
import { Registry } from 'prom-client';
import { openSources } from './live-sources.ts';

const environment = { SECRET: 'canary-secret-0123' };
const naming = (...names: string[]): string =>
  `sources:\n${names.map((name) => `  ${name}: { tenant: t, scheme: platform, secrets: [{ env: SECRET }] }\n`).join('')}`;

async function open(t: TestContext, text: string) {
  const directory = await mkdtemp(join(tmpdir(), 'live-sources-'));
  const path = join(directory, 'sources.yaml');
  await writeFile(path, text);
  const lines: string[] = [];
  const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });
  const metrics = new Registry();
  const sources = await openSources({ path, environment, logger, metrics, pollMs: 20 });
  t.after(async () => {
    await sources.close();
    await rm(directory, { recursive: true });
  });
  const failed = async (): Promise<number | undefined> =>
    (await metrics.getSingleMetric('ingest_sources_reload_failed')?.get())?.values[0]?.value;
  return { directory, path, lines, sources, failed };
}

describe('live sources', () => {
  it('follow the file', async (t) => {
    const { path, sources } = await open(t, naming('shop'));
    assert.equal(sources.get('cms'), undefined);
    await writeFile(path, naming('shop', 'cms'));
    await eventually(() => assert.ok(sources.get('cms')));
    await writeFile(path, naming('cms'));
    await eventually(() => assert.equal(sources.get('shop'), undefined));
    assert.deepEqual([...sources.names()], ['cms']);
  });

  it('keep the earlier ones when the file breaks or goes, say so once, and recover', async (t) => {
    const { path, sources, failed, lines } = await open(t, naming('shop'));
    const complaints = () => lines.filter((line) => line.includes('not reloaded'));
    await writeFile(path, 'sources: { shop: {');
    await eventually(async () => assert.equal(await failed(), 1));
    assert.ok(sources.get('shop'));
    await sources.reload();
    assert.equal(complaints().length, 1, 'the same problem is not repeated');
    await rm(path);
    await eventually(() => assert.equal(complaints().length, 2));
    assert.ok(sources.get('shop'));
    await writeFile(path, naming('shop', 'cms'));
    await eventually(() => assert.ok(sources.get('cms')));
    assert.equal(await failed(), 0);
  });

  it('follow a secret that is rotated in its file, also by moving a link as Kubernetes does', async (t) => {
    const { directory, path, sources, lines } = await open(t, naming('shop'));
    const link = async (target: string): Promise<void> => {
      await symlink(join(directory, target), join(directory, 'link-next'));
      await rename(join(directory, 'link-next'), join(directory, 'secret'));
    };
    await writeFile(join(directory, 'v1'), 'canary-one-012345');
    await writeFile(join(directory, 'v2'), 'canary-two-012345');
    await link('v1');
    await writeFile(path, 'sources: { cms: { tenant: t, scheme: platform, secrets: [{ file: secret }] } }');
    const body = Buffer.from('{}');
    const secret = () =>
      ['canary-one-012345', 'canary-two-012345', 'canary-six-012345'].find((text) => {
        const headers = { 'x-webhook-signature': createHmac('sha256', text).update(body).digest('hex') };
        const verdict = sources.get('cms')?.verify({ method: 'POST', url: undefined, headers, body }, 0);
        return verdict !== undefined && !(verdict instanceof Promise) && verdict.kind === 'valid';
      });
    await eventually(() => assert.equal(secret(), 'canary-one-012345'));
    await link('v2');
    await eventually(() => assert.equal(secret(), 'canary-two-012345'));
    await writeFile(join(directory, 'v2'), 'canary-six-012345');
    await eventually(() => assert.equal(secret(), 'canary-six-012345'));
    await rm(join(directory, 'secret'));
    await eventually(() => assert.match(lines.join(''), /cannot be read/));
    assert.equal(secret(), 'canary-six-012345');
    assert.doesNotMatch(lines.join(''), /canary/);
  });

  it('are warned of when their secrets may be short', async (t) => {
    const insecure = '  dev: { tenant: t, scheme: platform, secrets: [{ env: SECRET }], insecureSecrets: true }\n';
    assert.doesNotMatch((await open(t, naming('shop'))).lines.join(), /insecureSecrets/);
    const { lines } = await open(t, naming('shop') + insecure);
    assert.match(lines.join(), /"level":"warn".*"sources":\["dev"\].*insecureSecrets/);
  });

  it('refuse to start with a file that cannot be used', async (t) => {
    await assert.rejects(open(t, 'sources: { shop: { tenant: t } }'), /scheme/);
    const options = { environment, logger: createLogger('test', 'silent'), metrics: new Registry() };
    await assert.rejects(
      openSources({ ...options, path: '/nowhere.yaml' }),
      /cannot be read: \/nowhere\.yaml \(ENOENT\)/,
    );
  });
});
