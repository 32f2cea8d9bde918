import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { readDeployConfig } from '@switchboard/deploy/config';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { sourcesOf, startApp } from '@switchboard/ingest/fixtures/app';
import { parseSources, resolveSources } from '@switchboard/ingest/sources';
import { providers } from '@switchboard/providers';
import { environment } from '@switchboard/service';

const root = join(import.meta.dirname, '..');
const SOURCES = join(root, 'local/sources.yaml');

it('the commands in docs/connecting.md work', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'connecting-'));
  t.after(() => rm(directory, { recursive: true }));
  const own = { ...environment, LOCAL_DIRECTORY: directory, SECRET: 'local-secret' };
  const local = await localSourceVariables(readDeployConfig(own));
  const sources = await resolveSources(parseSources(await readFile(SOURCES, 'utf8'), SOURCES), local);
  const { port } = await startApp(t, { sources: sourcesOf(...sources.values()) });

  const body = Buffer.from('{"event":"order.created","data":{"orderId":"captured-1"}}');
  const message = { method: 'POST', url: '', body };
  const slack = await providers.slack.sign(message, 'local-secret', Date.now());
  const shop = await providers.platform.sign(message, 'local-secret', Date.now());
  const lines = (headers: Record<string, string>, start: string) =>
    Object.entries(headers).map(([name, value]) => `${start}${name}: ${value}\n`);
  await writeFile(join(directory, 'body.json'), body);
  await writeFile(join(directory, 'body.bin'), body);
  await writeFile(join(directory, 'order.json'), '{"id":1}');
  await writeFile(join(directory, 'headers.txt'), lines(slack, '').join(''));
  await writeFile(join(directory, 'verbose.txt'), `> POST /webhooks/shop HTTP/1.1\n${lines(shop, '> ').join('')}>\n`);

  const page = await readFile(join(root, 'docs/connecting.md'), 'utf8');
  const commands = [...page.matchAll(/^(?:SECRET=… )?npm run (send|switchboard) -- (.*?)(?: +#.*)?$/gm)];
  assert.ok(commands.length >= 9);
  for (const [command, script = '', args = ''] of commands) {
    const start = `${JSON.stringify(process.execPath)} ${join(root, 'cli/main.ts')}`;
    // Its services do not run here.
    const given = args.replace(' --wait', '');
    const line = script === 'send' ? `${start} send --url http://127.0.0.1:${port} ${given}` : `${start} ${given}`;
    const { code, output } = await run(line, { cwd: directory, env: own });
    if (!args.includes('order.json')) assert.equal(code, 0, `${command}\n${output}`);
    else assert.match(output, /shopify\n.*200/s);
  }
});

const run = (command: string, options: object): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const child = execFile('/bin/sh', ['-c', command], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
