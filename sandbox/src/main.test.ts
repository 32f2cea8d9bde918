import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { environment } from '@switchboard/service';
import { caller } from '../fixtures/calls.ts';

it('runs as a process, and stops cleanly with a page open and an answer delayed', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...environment, PORT: '0', SMTP_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    let url = '';
    for await (const line of createInterface(child.stdout)) {
      const { msg, address } = JSON.parse(line) as { msg: string; address?: string };
      if (msg !== 'ready' || address === undefined) continue;
      url = address;
      break;
    }
    const call = caller({ url });
    assert.equal((await call('GET', '/readyz')).status, 200);
    const page = await fetch(`${url}/live`);
    assert.equal((await call('POST', '/faults', { system: 'webhook', latencyMs: 60_000 })).status, 201);
    const late = call('POST', '/webhook/a', {}).catch(() => undefined);
    while ((await call('GET', '/effects')).body.length === 0);
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    await late;
    await page.body?.cancel().catch(() => {});
  } finally {
    child.kill('SIGKILL');
  }
});
