import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Database } from '@switchboard/database';
import { json, startBackend } from '../../fixtures/backend.ts';
import { openTestDatabase } from '../../fixtures/database.ts';
import { openMcpApp, tokenOf } from '../../fixtures/mcp-app.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const CLI = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);
const EXPECTED = fileURLToPath(new URL('../../fixtures/mcp-conformance.yaml', import.meta.url));

/** The tools that the scenarios call, as actions. */
const tools = (url: string): string => `actions:
  test-simple-text:
    description: Returns a text
    effect: read
    input: {}
    output: { text: string }
    target: { url: '${url}', method: GET, path: /text }
    reveal: [text]
    reply: { en: 'This is a simple text response for testing.' }
  test-error-handling:
    description: Finds nothing
    effect: read
    input: {}
    output: { text: string }
    target: { url: '${url}', method: GET, path: /nothing }
    reveal: [text]
`;

const PASSED = [
  'server-initialize',
  'ping',
  'tools-list',
  'tools-call-simple-text',
  'tools-call-error',
  'resources-list',
  'resources-read-text',
  'dns-rebinding-protection',
];

const NAMES = [
  ['test_simple_text', 'test-simple-text'],
  ['test_error_handling', 'test-error-handling'],
  ['test://static-text', 'switchboard://users/jane/context'],
] as const;

/** Adds what the suite cannot send: the token of a person, and the names of tools and resources as they are here. */
async function startProxy(t: TestContext, url: string, token: string): Promise<string> {
  const server = createServer(async (incoming, answer) => {
    const { method, headers } = incoming;
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
    const renamed = NAMES.reduce((text, [from, to]) => text.replaceAll(from, to), body);
    const own = { authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(renamed) };
    const sent = request(url, { method, headers: { ...headers, ...own } }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    sent.on('error', () => answer.destroy());
    sent.end(renamed);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

it('POST /mcp passes the conformance suite, but for what it does not offer', async (t) => {
  const backend = await startBackend(t, (response, { url }) =>
    url === '/text' ? json(response, 200, { text: 'text' }) : json(response, 404, {}),
  );
  const { url } = await openMcpApp(t, { database, yaml: tools(backend.url) });
  const proxy = await startProxy(t, url, await tokenOf('jane'));
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  t.after(() => rm(results, { recursive: true }));
  const args = [CLI, 'server', '--url', proxy, '--suite', 'all', '--expected-failures', EXPECTED, '-o', results];
  // The suite fails as well if a scenario passes that is expected to fail.
  const { failed, output } = await new Promise<{ failed: boolean; output: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: results, timeout: 240_000 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr }),
    );
  });
  assert.ok(!failed, output);
  const passed = [...output.matchAll(/✓ (\S+): [1-9]\d* passed/g)].map(([, scenario]) => scenario);
  assert.deepEqual(passed, PASSED);
});
