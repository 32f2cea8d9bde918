import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { createTopics } from '@switchboard/kafka';
import { environment } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';

const script = new URL('../../fixtures/joiner.ts', import.meta.url).pathname;
const stack = testStack();

interface Joiner {
  readonly child: ChildProcess;
  readonly url: string;
  readonly exited: Promise<number | null>;
  status(route: string): Promise<number>;
}

/** Resolves as soon as it listens. */
async function start(t: TestContext, name: string): Promise<Joiner> {
  const child = spawn(process.execPath, [script], {
    env: {
      NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE,
      PORT: '0',
      SERVICE: name,
      TOPIC: name,
      KAFKA_BROKERS: stack.brokers,
      SCHEMA_REGISTRY_URL: stack.registryUrl,
      REDIS_URL: stack.redisUrl,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /listening at (http:[^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    void exited.then(() => resolve(''));
  });
  return { child, url, exited, status: async (route) => (await fetch(url + route)).status };
}

/** A service whose only instance was killed. Its successor joins when the session has expired. */
async function killed(t: TestContext): Promise<string> {
  const name = `joiner-${randomUUID().slice(0, 8)}`;
  await createTopics({ brokers: stack.brokers }, { topics: [name], partitions: 1, replication: 1 });
  const first = await start(t, name);
  await until('it is ready', async () => (await first.status('/readyz')) === 200);
  first.child.kill('SIGKILL');
  await first.exited;
  return name;
}

describe('the successor of an instance that was killed', () => {
  it('is alive while it waits to join the group, and ready when it has joined', async (t) => {
    const successor = await start(t, await killed(t));
    const health = await fetch(`${successor.url}/health`);
    const statuses = await Promise.all(['/livez', '/route', '/metrics', '/readyz'].map(successor.status));
    assert.deepEqual(statuses, [200, 200, 200, 503]);
    assert.equal(health.status, 503);
    assert.match(await health.text(), /has not joined its group yet/);
    await until('it is ready', async () => (await successor.status('/readyz')) === 200);
    successor.child.kill('SIGTERM');
    assert.equal(await successor.exited, 0);
  });

  it('stops cleanly while it waits', async (t) => {
    const successor = await start(t, await killed(t));
    assert.equal(await successor.status('/readyz'), 503);
    successor.child.kill('SIGTERM');
    assert.equal(await successor.exited, 0);
  });
});
