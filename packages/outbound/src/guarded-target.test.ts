import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { answering } from '../fixtures/against.ts';
import { type Respond, startServer } from '../fixtures/server.ts';
import { silent } from '../fixtures/silent-logger.ts';
import { createGuardedTarget, type GuardedTarget, type GuardedTargetOptions } from './guarded-target.ts';

const LOOPBACK = { allow: ['127.0.0.1'] };

async function guarded(
  options: Partial<GuardedTargetOptions>,
  test: (target: GuardedTarget) => Promise<void>,
): Promise<void> {
  const target = createGuardedTarget({ name: 'webhook', logger: silent, ...options });
  try {
    await test(target);
  } finally {
    await target.close();
  }
}

const post = (target: GuardedTarget, url: string): Promise<unknown> =>
  target.request({ method: 'POST', url, body: {} });

/** A resolver that knows these names; it is asked for all addresses, as Node does. */
const resolving =
  (names: Record<string, string[]>, asked: string[] = []): LookupFunction =>
  (hostname, _options, callback) => {
    asked.push(hostname);
    const found = (names[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    callback(found.length > 0 ? null : Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), found);
  };

const FORBIDDEN = { code: 'FORBIDDEN_ADDRESS', retry: 'never' };

describe('an address that an event or a user has chosen', () => {
  it('is not asked when it is a machine or a private network in any notation', async () => {
    await using server = await startServer(answering(200));
    const { port } = server;
    const hosts = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', '0', '[::1]', '[::]'];
    const more = ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '１２７.0.0.1', '127.0.0.1.'];
    await guarded({ ports: [port] }, async (target) => {
      for (const host of [...hosts, ...more, 'localhost', 'LocalHost']) {
        await assert.rejects(post(target, `http://${host}:${port}/`), FORBIDDEN, host);
      }
    });
    assert.equal(server.received.length, 0);
  });

  it('is not asked when it is no http, holds credentials, or names an odd port', async () => {
    await guarded({}, async (target) => {
      for (const url of [
        ...['ftp://example.com/', 'file:///etc/passwd', 'data:text/plain,x', 'javascript:1', '//example.com', 'x', ''],
        ...[
          'http://user@example.com/',
          'https://:secret@example.com/',
          'http://example.com:22/',
          'http://example.com:6379/',
        ],
      ]) {
        await assert.rejects(post(target, url), FORBIDDEN, url);
      }
    });
  });

  it('is not asked when its name stands for a private address, or for one among public ones', async () => {
    await using server = await startServer(answering(200));
    const names = {
      'inside.example.com': ['127.0.0.1'],
      'metadata.example.com': ['169.254.169.254'],
      'mapped.example.com': ['::ffff:10.0.0.1'],
      'mixed.example.com': ['93.184.216.34', '127.0.0.1'],
    };
    await guarded({ lookup: resolving(names), ports: [server.port] }, async (target) => {
      for (const host of Object.keys(names)) {
        for (const scheme of ['http', 'https']) {
          await assert.rejects(post(target, `${scheme}://${host}:${server.port}/`), FORBIDDEN, host);
        }
      }
    });
    assert.equal(server.received.length, 0);
  });

  it('is looked up for each connection: a name that changes its address is not reached the second time', async () => {
    await using server = await startServer(answering(200, { connection: 'close' }));
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']];
    const lookup: LookupFunction = (_, __, callback) =>
      callback(
        null,
        (answers.shift() ?? []).map((address) => ({ address, family: 4 })),
      );
    await guarded({ lookup, ...LOOPBACK, ports: [server.port] }, async (target) => {
      const url = `http://rebinding.example.com:${server.port}/`;
      await post(target, url);
      await assert.rejects(post(target, url), FORBIDDEN);
      await post(target, url);
      assert.equal(server.received.length, 2);
      assert.equal(server.received[0]?.headers.host, `rebinding.example.com:${server.port}`);
    });
  });

  it('is reached when the operator allows its name, its address or its network', async () => {
    await using server = await startServer(answering(200));
    const { port } = server;
    const lookup = resolving({ 'hooks.internal': ['127.0.0.1'] });
    const allowed: [string, string][] = [
      ['hooks.internal', `http://Hooks.Internal:${port}/`],
      ['127.0.0.1', `http://127.0.0.1:${port}/`],
      ['127.0.0.0/8', `http://127.1:${port}/`],
    ];
    for (const [entry, url] of allowed) {
      await guarded({ allow: [entry], lookup }, async (target) => void (await post(target, url)));
    }
    assert.equal(server.received.length, 3);
  });

  it('leads nowhere else: a redirect is not followed', async () => {
    await using inside = await startServer(answering(200));
    for (const status of [301, 302, 303, 307, 308]) {
      await using outside = await startServer(answering(status, { location: `http://127.0.0.1:${inside.port}/` }));
      await guarded(LOOPBACK, async (target) => {
        await assert.rejects(post(target, outside.url), { code: 'REJECTED', status, retry: 'never' });
      });
    }
    assert.equal(inside.received.length, 0);
  });

  for (const status of [200, 404]) {
    it(`that answers ${status} with a page of any length has answered ${status}`, async () => {
      await using server = await startServer((response) => void response.writeHead(status).end('x'.repeat(100_000)));
      await guarded({ ...LOOPBACK, ports: [server.port] }, async (target) => {
        const outcome = await post(target, server.url).catch((error) => error);
        assert.equal((outcome as { status: number }).status, status);
      });
    });
  }

  it('does not pause other addresses when it fails, however often', async () => {
    await using broken = await startServer(answering(500));
    await using refusing = await startServer(answering(401));
    await using healthy = await startServer((response) => void response.end('thanks'));
    await guarded(LOOPBACK, async (target) => {
      for (let n = 0; n < 30; n += 1) {
        await assert.rejects(post(target, broken.url), { code: 'RETRYABLE_STATUS', retry: undefined });
      }
      await assert.rejects(post(target, refusing.url), { code: 'REJECTED', retry: 'never' });
      await post(target, healthy.url);
    });
  });

  it('that is slow leaves room for the others', async () => {
    const never: Respond = () => {};
    await using slow = await startServer(never);
    await using healthy = await startServer(answering(200));
    await guarded({ ...LOOPBACK, concurrency: 8, timeoutMs: 60_000 }, async (target) => {
      const controller = new AbortController();
      const stuck = Array.from({ length: 20 }, () =>
        target.request({ method: 'POST', url: slow.url, signal: controller.signal }),
      );
      await post(target, healthy.url);
      await until('the slow one has all it gets', () => slow.received.length === 2);
      controller.abort(new Error('enough'));
      const results = await Promise.allSettled(stuck);
      assert.ok(results.every(({ status }) => status === 'rejected'));
      assert.equal(slow.received.length, 2);
    });
  });
});
