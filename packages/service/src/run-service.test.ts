import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { environment } from './environment.ts';

const fixture = new URL('../fixtures/echo.ts', import.meta.url).pathname;

interface Running {
  child: ChildProcess;
  url: string;
  lines: string[];
  exited: Promise<number | null>;
}

/** Starts the fixture; `url` is where it says that it listens, and empty when it exits before. */
async function start(variables: Record<string, string>, says = /"address":"([^"]+)"/): Promise<Running> {
  const child = spawn(process.execPath, [fixture], {
    env: { NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE, PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve) => {
    const read = (line: string): void => {
      lines.push(line);
      const address = says.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    void exited.then(() => resolve(''));
  });
  return { child, url, lines, exited };
}

describe('runService', () => {
  it('exits with 78 and names every problem when it is misconfigured', async () => {
    const { exited, lines } = await start({ PORT: '-1' });
    assert.equal(await exited, 78);
    assert.match(lines.join('\n'), /PORT must be >= 0/);
    assert.match(lines.join('\n'), /GREETING is not set: what to answer/);
  });

  for (const [refusal, code] of [
    ['config', 78],
    ['option', 78],
    ['start', 1],
  ] as const) {
    it(`exits with ${code} when its start fails because of ${refusal}`, async () => {
      const { exited, lines } = await start({ GREETING: 'hello', REFUSE: refusal });
      assert.equal(await exited, code);
      assert.match(lines.join('\n'), /GREETING is rude|out of words/);
    });
  }

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

  it('answers on while it stops, and each answer ends its connection', async () => {
    const { child, url, exited, lines } = await start({ GREETING: 'hello', STOP_DELAY_MS: '5000' });
    assert.equal((await fetch(url)).headers.get('connection'), 'keep-alive');
    child.kill('SIGTERM');
    while (!lines.some((line) => line.includes('stopping'))) await once(child.stdout as Readable, 'data');
    const answer = await fetch(url);
    assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close']);
    assert.equal(await exited, 0);
  });

  it('answers the probes and the scrape on a port of their own, if it has one, and there from its first moment', async () => {
    const variables = { GREETING: 'hello', OPS_PORT: '0' };
    const { child, url, exited, lines } = await start(variables);
    const ops = /"operations":"([^"]+)"/.exec(lines.join('\n'))?.[1] ?? assert.fail(lines.join('\n'));
    assert.deepEqual(await (await fetch(url)).json(), { greeting: 'hello' });
    for (const route of ['/livez', '/readyz', '/health', '/metrics']) {
      assert.equal((await fetch(url + route)).status, 404, route);
      assert.equal((await fetch(ops + route)).status, 200, route);
    }
    assert.equal((await fetch(ops)).status, 404);
    child.kill('SIGTERM');
    assert.equal(await exited, 0);

    const starting = await start({ ...variables, HANG_ON_START: 'true' }, /listening at (http:[^"]+)"/);
    assert.equal((await fetch(`${starting.url}/livez`)).status, 200);
    assert.deepEqual(await (await fetch(`${starting.url}/readyz`)).json(), { status: 'starting' });
    starting.child.kill('SIGKILL');
    await starting.exited;
  });

  it('listens on that port alone if it has no routes', async () => {
    const variables = { GREETING: 'hello', OPS_PORT: '0', HAS_ROUTES: 'false' };
    const { child, url, exited, lines } = await start(variables, /"operations":"([^"]+)"/);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    assert.equal(lines.filter((line) => line.includes('Server listening')).length, 1);
    child.kill('SIGTERM');
    assert.equal(await exited, 0);
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
    ['/throw', 'an uncaught error'],
  ] as const) {
    it(`closes what it holds and exits with 1 after ${what}`, async () => {
      const { url, exited, lines } = await start({ GREETING: 'hello' });
      await fetch(url + route, { method: 'POST' });
      assert.equal(await exited, 1);
      assert.match(lines.join('\n'), /resource closed/);
      assert.match(lines.join('\n'), /failed on request|a bug/);
    });
  }

  it('hangs up on a sender that never ends its headers, long before Node would', async () => {
    const { child, url, exited } = await start({ GREETING: 'hello' });
    const startedAt = performance.now();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 408 /);
    // Node gives headers 60 s.
    assert.ok(performance.now() - startedAt < 50_000);
    child.kill('SIGTERM');
    await exited;
  });

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
    const ops = await start({ GREETING: 'hello', OPS_PORT: new URL(first.url).port });
    assert.equal(await ops.exited, 1);
    assert.match(ops.lines.join('\n'), /is taken: set OPS_PORT to a free one/);
    const second = await start({ GREETING: 'hello', PORT: new URL(first.url).port });
    assert.equal(await second.exited, 1);
    assert.match(second.lines.join('\n'), /is taken: set PORT to a free one/);
    first.child.kill('SIGTERM');
    await first.exited;
  });
});
