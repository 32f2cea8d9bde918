import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';

const fixture = new URL('../fixtures/echo.ts', import.meta.url).pathname;

interface Running {
  child: ChildProcess;
  url: string;
  lines: string[];
  exited: Promise<number | null>;
}

/** Starts the fixture; `url` is empty when it exits before it is ready. */
async function start(variables: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [fixture], {
    env: { PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve) => {
    const read = (line: string): void => {
      lines.push(line);
      const address = /"address":"([^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    void exited.then(() => resolve(''));
  });
  return { child, url, lines, exited };
}

describe('runService', () => {
  it('exits with 1 and names every problem when it is misconfigured', async () => {
    const { exited, lines } = await start({ PORT: '-1' });
    assert.equal(await exited, 1);
    assert.match(lines.join('\n'), /PORT must be >= 0/);
    assert.match(lines.join('\n'), /GREETING is not set: what to answer/);
  });

  it('answers its routes, the probes and the scrape, and stops with 0 on SIGTERM', async () => {
    const { child, url, exited, lines } = await start({ GREETING: 'hello' });
    assert.deepEqual(await (await fetch(url)).json(), { greeting: 'hello' });
    for (const route of ['/livez', '/readyz', '/health']) {
      assert.equal((await fetch(url + route)).status, 200, route);
    }
    assert.match(await (await fetch(`${url}/metrics`)).text(), /process_cpu_seconds_total\{service="echo"\}/);
    child.kill('SIGTERM');
    assert.equal(await exited, 0);
    assert.match(lines.join('\n'), /resource closed/);
  });

  it('is alive but not ready when a required dependency fails, and says which', async () => {
    const { child, url, exited } = await start({ GREETING: 'hello' });
    await fetch(`${url}/break`, { method: 'POST' });
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    const ready = await fetch(`${url}/readyz`);
    assert.equal(ready.status, 503);
    assert.deepEqual(await ready.json(), { status: 'not ready', failed: ['greeter'] });
    const health = await fetch(`${url}/health`);
    assert.equal(health.status, 503);
    assert.match(await health.text(), /out of words/);
    child.kill('SIGTERM');
    await exited;
  });

  for (const [route, what] of [
    ['/die', 'its own verdict'],
    ['/throw', 'an error nobody caught'],
  ] as const) {
    it(`closes what it holds and exits with 1 after ${what}`, async () => {
      const { url, exited, lines } = await start({ GREETING: 'hello' });
      await fetch(url + route, { method: 'POST' });
      assert.equal(await exited, 1);
      assert.match(lines.join('\n'), /resource closed/);
      assert.match(lines.join('\n'), /told to die|a bug/);
    });
  }

  it('exits at once on a second signal', async () => {
    const { child, exited, lines } = await start({ GREETING: 'hello', HANG_ON_STOP: 'true' });
    child.kill('SIGTERM');
    while (!lines.join('\n').includes('resource closed')) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGTERM');
    assert.equal(await exited, 1);
    assert.match(lines.join('\n'), /second signal/);
  });

  it('says in one sentence that its port is taken', async () => {
    const first = await start({ GREETING: 'hello' });
    const second = await start({ GREETING: 'hello', PORT: new URL(first.url).port });
    assert.equal(await second.exited, 1);
    assert.match(second.lines.join('\n'), /is taken: set PORT to a free one/);
    first.child.kill('SIGTERM');
    await first.exited;
  });
});
