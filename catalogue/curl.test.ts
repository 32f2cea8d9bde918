import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { environment } from '@switchboard/service';
import { curlOf, PREPARATION } from './curl.ts';
import { eventEntries } from './event-entries.ts';

/** Prints its arguments, one after the other, each with a zero byte at its end. */
const CURL = `#!/bin/sh
printf '%s\\0' "$@"
`;

/** What the shell gives to curl. */
function argumentsOf(commands: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-curl-'));
  try {
    writeFileSync(join(directory, 'curl'), CURL);
    chmodSync(join(directory, 'curl'), 0o755);
    const env = { ...environment, PATH: `${directory}:${environment.PATH}` };
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', commands], { env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.split('\0').slice(0, -1);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const entries = [
  ...eventEntries(),
  { type: 'order.created', example: { orderId: `it's "$HOME" \`id\` \\ and\na line` } },
];

for (const [index, entry] of entries.entries()) {
  it(`the commands for ${entry.type} (${index}) send its example, signed`, () => {
    const given = argumentsOf(`${PREPARATION}\n${curlOf(entry)}`);
    assert.equal(given[0], 'http://127.0.0.1:8080/webhooks/chatbot');
    const body = given[given.indexOf('--data-binary') + 1] ?? '';
    assert.deepEqual(JSON.parse(body), { event: entry.type, data: entry.example });
    const headers = new Map(
      given.filter((_, at) => given[at - 1] === '-H').map((text) => text.split(': ') as [string, string]),
    );
    const timestamp = headers.get('x-webhook-timestamp');
    const signature = createHmac('sha256', 'local-secret').update(`${timestamp}.${body}`).digest('hex');
    assert.equal(headers.get('x-webhook-signature'), signature);
    assert.equal(headers.get('content-type'), 'application/json');
  });
}

it('the local source of the commands exists', () => {
  const [, source] = /webhooks\/(\w+)/.exec(PREPARATION) ?? [];
  const sources = readFileSync(join(import.meta.dirname, '../local/sources.yaml'), 'utf8');
  assert.match(sources, new RegExp(`^  ${source}:`, 'm'));
});
