import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { readDeployConfig } from '@switchboard/deploy/config';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { vendorKey } from '@switchboard/deploy/vendor-key';
import { sourcesOf, startApp } from '@switchboard/ingest/fixtures/app';
import { parseSources, resolveSources, type Sources } from '@switchboard/ingest/sources';
import { type Provider, providerNames, providers, publishedKeys } from '@switchboard/providers';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { examplePlans, listExamples } from './vendor-plans.ts';

const SOURCES = join(import.meta.dirname, '../../local/sources.yaml');
const named = Object.keys(parseSources(readFileSync(SOURCES, 'utf8'), SOURCES).entries);
/** Those of general schemes have no source of their own. */
const vendors = providerNames.filter((name) => named.includes(name) && name !== 'api');

describe('npm run send -- --provider', () => {
  let directory: string;
  let sandbox: Sandbox;
  let variables: Record<string, string>;
  let sources: Sources;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'send-vendors-'));
    sandbox = await startSandbox({ botFrameworkKeys: JSON.stringify(await publishedKeys(await vendorKey(directory))) });
    variables = { LOCAL_DIRECTORY: directory, SANDBOX_PORT: new URL(sandbox.url).port };
    const local = await localSourceVariables(readDeployConfig(variables));
    sources = await resolveSources(parseSources(await readFile(SOURCES, 'utf8'), SOURCES), local);
  });
  after(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true });
  });

  /** The real app, with the local sources. */
  async function start(t: TestContext) {
    const app = await startApp(t, { sources: sourcesOf(...sources.values()) });
    const url = `http://127.0.0.1:${app.port}`;
    const send = async (...args: string[]) => {
      const program = runProgram(join(import.meta.dirname, '../main.ts'), ['send', ...args, '--url', url], variables);
      return { code: await program.exit, output: program.output };
    };
    return { ...app, url, send };
  }

  for (const name of vendors) {
    it(`sends the examples of ${name}, which become what they should`, async (t) => {
      const { url, lines, published } = await start(t);
      const plans = await examplePlans(name, { url, variables });
      assert.ok(plans.length > 0);
      assert.equal(plans.length, providers[name].examples.length);
      for (const [index, { title, create, deliver }] of plans.entries()) {
        const [one, other] = [create(), create()];
        assert.notEqual(one.body, other.body, `${title}: the ids are new`);
        const becomes = one.becomes.map(({ type }) => type);
        assert.deepEqual(becomes, (providers[name] as Provider).examples[index]?.becomes, title);
        for (const { entity } of one.becomes) assert.notEqual(entity, '', title);
        const answer = await deliver?.(one);
        assert.equal(answer?.status, 200, `${title}: ${answer?.text}\n${lines.join('\n')}`);
        const sent = published.splice(0).map(({ headers, topic }) => headers?.ce_type ?? topic);
        assert.deepEqual(sent, becomes, title);
      }
    });
  }

  it('shows the answer and what it becomes', async (t) => {
    const { send, count } = await start(t);
    const { code, output } = await send('--provider', 'slack', 'message');
    assert.equal(code, 0, output);
    assert.match(
      output,
      /^1 × slack: message → \S+\/webhooks\/slack\nbecomes message\.received, handled by.*\n {2}200\n1 accepted/,
    );
    assert.deepEqual(await count('ingest_received_total'), { slack: 1 });
  });

  it('sends all examples, each as often as --count says, also to another source', async (t) => {
    const { send, count } = await start(t);
    const file = join(directory, 'sources.yaml');
    await writeFile(
      file,
      'sources: { shop: { tenant: a, scheme: github, secrets: [{ env: LOCAL_SECRET }], insecureSecrets: true } }',
    );
    variables = { ...variables, SOURCES_FILE: file };
    t.after(() => {
      delete variables.SOURCES_FILE;
    });
    const { output } = await send('--provider', 'github', '--source', 'shop', '--count', '3');
    assert.deepEqual(await count('ingest_received_total'), { shop: 3 * providers.github.examples.length }, output);
  });

  it('repeats one body with --same', async (t) => {
    const { send, count } = await start(t);
    const { output } = await send('--provider', 'chatwoot', 'message_created', '--count', '2', '--same');
    assert.match(output, /2 × chatwoot: message_created/);
    assert.deepEqual(await count('ingest_received_total'), { chatwoot: 2 });
  });

  it('sends a captured body again, signed for a source, with the headers that are given', async (t) => {
    const { send, count } = await start(t);
    const body = join(directory, 'body.json');
    await writeFile(body, '{"event":"order.created","event_id":"captured-1","data":{"orderId":"captured-1"}}\n');
    const { code, output } = await send('--body', body, '--source', 'shop', '--header', 'x-note: again');
    assert.equal(code, 0, output);
    assert.match(output, /becomes order\.created, handled by: notifier, flows\n {2}200 {2}\{"received":true,/);
    assert.deepEqual(await count('ingest_enqueued_total'), { 'shop order.created': 1 });
    assert.equal((await send('--body', body, '--source', 'nothing')).code, 1);
  });

  it('lists the examples, of all or one', async (t) => {
    const { send } = await start(t);
    const { code, output } = await send('--list');
    assert.equal(code, 0);
    for (const name of vendors) assert.match(output, new RegExp(`^${name}  `, 'm'));
    assert.match(listExamples('shopify'), /^shopify {2}orders\/create +order\.created$/m);
  });

  for (const [args, problem] of [
    [['--provider', 'slak'], /There is no provider slak; there are/],
    [['--provider', 'slack', 'no such'], /slack has no example no such; there are message/],
    [['--provider', 'api'], /api has no examples/],
    [['--body', '/no/such/file', '--source', 'shop'], /--body: \/no\/such\/file cannot be read \(ENOENT\)/],
    [['--body', 'x'], /--body needs --source/],
    [['--body', 'x', '--provider', 'slack'], /--body does not go with --provider/],
    [['--body', SOURCES, '--source', 'shop', '--header', 'wrong'], /--header must be written as name:value/],
  ] as const) {
    it(`says what is wrong with ${args.join(' ')}`, async () => {
      const program = runProgram(join(import.meta.dirname, '../main.ts'), ['send', ...args], variables);
      assert.equal(await program.exit, 1);
      assert.match(program.output, problem);
    });
  }
});
