import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import { createLogger, createRedis, readConfig } from '@switchboard/service';
import { createAuthority } from '@switchboard/stack/authority';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { openClusterAddress, openRedisAddress } from './redis.ts';
import { redisConfig, stateRedisConfig } from './redis-config.ts';

const logger = createLogger('test', 'silent');
const open = (variables: Record<string, string>) => openRedisAddress(readConfig(redisConfig, variables));
const options = (variables: Record<string, string>) => {
  const address = open(variables);
  assert.ok(typeof address === 'function');
  return address();
};

/** TLS in front of the real Redis. */
async function secured(t: TestContext) {
  const authority = await createAuthority();
  const { certFile, keyFile } = await authority.issue('redis');
  const { port } = new URL(testStack().redisUrl);
  const server = createServer({ cert: await readFile(certFile), key: await readFile(keyFile) }, (socket) => {
    const behind = connect(Number(port), '127.0.0.1');
    for (const one of [socket, behind]) one.on('error', () => {}).on('close', () => behind.destroy());
    socket.pipe(behind).pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return { authority, url: `rediss://localhost:${(server.address() as AddressInfo).port}/3` };
}

describe('the address of Redis', () => {
  it('reaches it over TLS with an authority of its own, and over no other', async (t) => {
    const { authority, url } = await secured(t);
    const redis = createRedis(open({ REDIS_URL: url, REDIS_TLS_CA_FILE: authority.caFile }), logger);
    t.after(() => redis.disconnect());
    await until('it is ready', () => redis.status === 'ready');
    assert.equal(await redis.ping(), 'PONG');
    assert.equal(redis.options.db, 3);

    const stranger = createRedis(open({ REDIS_URL: url }), logger);
    t.after(() => stranger.disconnect());
    const [error] = (await once(stranger, 'error')) as [NodeJS.ErrnoException];
    assert.match(String(error.code), /UNABLE_TO_VERIFY|SELF_SIGNED/);
  });

  it('writes no wrong password to the log', async (t) => {
    const lines: string[] = [];
    const spoken = createLogger('test', 'info', { write: (line) => void lines.push(line) });
    const variables = { REDIS_URL: testStack().redisUrl, REDIS_USERNAME: 'nobody', REDIS_PASSWORD: 'hidden-password' };
    const redis = createRedis(open(variables), spoken);
    t.after(() => redis.disconnect());
    await until('the refusal is logged', () => lines.join().includes('WRONGPASS'));
    assert.doesNotMatch(lines.join(), /hidden-password/);
  });

  it('has an ACL user, whose password comes from a file and is read again', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'redis-')), 'password');
    await writeFile(file, 'first\n');
    const address = open({ REDIS_URL: 'redis://r:7000', REDIS_USERNAME: 'crm', REDIS_PASSWORD_FILE: file });
    assert.ok(typeof address === 'function');
    assert.deepEqual(address(), { host: 'r', port: 7000, db: 0, username: 'crm', password: 'first' });
    await writeFile(file, 'second');
    assert.equal(address().password, 'second');
  });

  it('takes user and password from the URL', () => {
    const { username, password } = options({ REDIS_URL: 'redis://crm:p%40ss@r' });
    assert.deepEqual([username, password], ['crm', 'p@ss']);
  });

  it('finds the primary through Sentinels', () => {
    const given = { REDIS_URL: 'redis://unused', REDIS_SENTINELS: 'a:26379, b:26379', REDIS_SENTINEL_NAME: 'main' };
    const { sentinels, name } = options(given);
    assert.deepEqual(
      [sentinels, name],
      [
        [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26379 },
        ],
        'main',
      ],
    );
  });

  for (const [variables, message] of [
    [{ REDIS_URL: 'nonsense' }, /REDIS_URL must be a URL/],
    [{ REDIS_URL: 'redis://r', REDIS_TLS_CA_FILE: '/ca' }, /does not begin with rediss:/],
    [{ REDIS_URL: 'redis://r', REDIS_SENTINELS: 'a:1' }, /REDIS_SENTINEL_NAME together/],
    [{ REDIS_URL: 'redis://r', REDIS_SENTINELS: 'a', REDIS_SENTINEL_NAME: 'm' }, /must be host:port/],
    [{ REDIS_URL: 'redis://r', REDIS_PASSWORD_FILE: '/nowhere' }, /REDIS_PASSWORD_FILE cannot be read: \/nowhere/],
  ] as const) {
    it(`refuses ${Object.entries(variables).join(' ')}`, () => {
      assert.throws(() => open(variables), { name: 'ConfigError', message });
    });
  }
});

describe('the address of a Redis Cluster', () => {
  const openCluster = (variables: Record<string, string>) =>
    openClusterAddress(readConfig(stateRedisConfig, variables));

  it('names some of its nodes; user and password are those of Redis, read again for each connection', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'redis-')), 'password');
    await writeFile(file, 'first');
    const variables = { REDIS_URL: 'redis://crm@r/2', REDIS_PASSWORD_FILE: file, REDIS_CLUSTER: 'a:7000, ::1:7001' };
    const address = openCluster(variables);
    assert.deepEqual(address?.nodes, [
      { host: 'a', port: 7000 },
      { host: '::1', port: 7001 },
    ]);
    assert.deepEqual(address?.credentials(), { username: 'crm', password: 'first' });
    await writeFile(file, 'second');
    assert.equal(address?.credentials().password, 'second');
  });

  it('is not needed', () => assert.equal(openCluster({ REDIS_URL: 'redis://r' }), undefined));

  it('must have a port', () => {
    assert.throws(() => openCluster({ REDIS_URL: 'redis://r', REDIS_CLUSTER: 'a,b:1' }), {
      name: 'ConfigError',
      message: /REDIS_CLUSTER must be host:port/,
    });
  });
});
