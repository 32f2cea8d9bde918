import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { repeating } from '@switchboard/cli/fixtures/repeating';
import { createSampleEvent } from '@switchboard/cli/sample-event';
import { type Answer, sendEvents } from '@switchboard/cli/send-events';
import { ingest, sandbox, services } from '@switchboard/deploy/services';
import { freePort, type Stack } from '@switchboard/stack';
import { startTestKafka } from '@switchboard/stack/test-kafka';
import { until } from '@switchboard/stack/until';
import { type Deployment, deploy, type Running, ready } from './deployment.ts';

const healthcheck = join(import.meta.dirname, '../../deploy/docker/healthcheck.mjs');

describe('the bundles of all services, away from the repository', () => {
  let stack: Stack;
  let directory: string;
  let deployment: Deployment;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'switchboard-bundles-'));
    stack = await startTestKafka({ directory: join(directory, 'stack') });
    const sourcesFile = join(directory, 'sources.yaml');
    await cp(join(import.meta.dirname, '../../local/sources.yaml'), sourcesFile);
    deployment = await deploy(stack, directory, sourcesFile);
  });
  after(async () => {
    deployment?.kill();
    await stack?.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  const running = (name: string): Running => deployment.running.get(name) as Running;
  const effects = async (system: string): Promise<unknown[]> => {
    const response = await fetch(`${running(sandbox.name).url}/effects?system=${system}`);
    return (await response.json()) as unknown[];
  };

  it('register the schemas and topics, then exit', () => assert.equal(deployment.registered, 0));

  for (const name of [sandbox.name, ...services.map((service) => service.name)]) {
    it(`start ${name}`, async (t) => {
      await ready(running(name));
      const metrics = await (await fetch(`${running(name).opsUrl}/metrics`)).text();
      const [, resident] = /^process_resident_memory_bytes(?:\{.*\})? (\S+)$/m.exec(metrics) ?? [];
      t.diagnostic(`${name} takes ${(Number(resident) / 1e6).toFixed(0)} MB`);
    });
  }

  it('serve the catalogue and its documents', async () => {
    const { url } = running(ingest.name);
    for (const [path, type] of [
      ['/catalogue', 'text/html'],
      ['/catalogue', 'application/json'],
      ['/openapi.json', 'application/json'],
      ['/asyncapi.json', 'application/json'],
    ] as const) {
      const response = await fetch(`${url}${path}`, { headers: { accept: type } });
      assert.ok(response.headers.get('content-type')?.startsWith(type), path);
      assert.match(await response.text(), /conversation\.escalated/, path);
    }
  });

  it('carry an escalation to the CRM, the helpdesk and the agents', async () => {
    assert.deepEqual(await send('conversation.escalated'), [200]);
    for (const system of ['hubspot', 'zendesk', 'slack']) {
      await until(`an effect in ${system}`, async () => (await effects(system)).length > 0);
    }
  });

  it('find an article by words and by vectors', async () => {
    assert.deepEqual(await send('article.published'), [200]);
    await until('the article is found', async () => {
      const response = await fetch(`${running('kb-indexer').url}/v1/search?q=parcel+return`);
      return (await response.text()).includes('"articleId"');
    });
    assert.ok((await effects('embeddings')).length > 0);
  });

  it('are healthy according to the script of the image, and unhealthy if nothing answers', async () => {
    const { url, opsUrl } = running(ingest.name);
    const OPS_PORT = new URL(opsUrl).port;
    assert.equal(await exitOf(healthcheck, { OPS_PORT }), 0);
    assert.equal(await exitOf(healthcheck, { PORT: OPS_PORT }), 0);
    assert.equal(await exitOf(healthcheck, { PORT: new URL(url).port }), 1);
    assert.equal(await exitOf(healthcheck, { PORT: String(await freePort()) }), 1);
    assert.equal(await exitOf(healthcheck, { OPS_PORT }, '/metrics'), 0);
  });

  it('listen on a service port only if they need one', async () => {
    const isOpen = ({ url }: Running): Promise<boolean> =>
      fetch(url).then(
        () => true,
        () => false,
      );
    for (const name of ['crm-sync', 'ticketing']) assert.equal(await isOpen(running(name)), false, name);
    for (const name of ['ingest', 'kb-indexer', 'notifier', 'sandbox'])
      assert.equal(await isOpen(running(name)), true, name);
  });

  it('report the source line of a failure', async () => {
    const failing = deployment.run('kb-indexer', { INDEX: 'embedded', INDEX_FILE: '/dev/null/index.sqlite' });
    assert.equal(await failing.exit, 1);
    assert.match(failing.output, /services\/kb-indexer\/src\/index\/embedded-schema\.ts:\d+/);
  });

  it('exit with 0 on SIGTERM', async () => {
    for (const { program } of deployment.running.values()) program.child.kill('SIGTERM');
    for (const [name, { program }] of deployment.running)
      assert.equal(await program.exit, 0, `${name}: ${program.output}`);
  });

  async function send(type: Parameters<typeof createSampleEvent>[0]): Promise<number[]> {
    const answers: Answer[] = [];
    const { url } = running(ingest.name);
    await sendEvents({
      url,
      secret: 'local-secret',
      count: 1,
      rate: undefined,
      deliver: repeating(url),
      next: () => createSampleEvent(type),
      onAnswer: (answer) => answers.push(answer),
    });
    return answers.map(({ status }) => status);
  }
});

const exitOf = (script: string, env: Record<string, string>, ...args: string[]): Promise<number> =>
  new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env }, (error) => resolve(error === null ? 0 : Number(error.code)));
  });
