import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { against, answering, GET } from '../fixtures/against.ts';
import type { Respond } from '../fixtures/server.ts';

const never: Respond = () => {};
const HEAD = { 'content-type': 'application/json' };

/** Sends far more than anyone wants, until the other side hangs up. */
const endless =
  (sent: { bytes: number }): Respond =>
  async (response) => {
    response.writeHead(response.statusCode, HEAD);
    function* chunks(): Generator<Buffer> {
      for (; sent.bytes < 100 * 1_048_576; sent.bytes += 16_384) yield Buffer.alloc(16_384, 0x20);
    }
    await pipeline(Readable.from(chunks()), response).catch(() => {});
  };

describe('a time-out', () => {
  it('ends a request whose answer does not begin', async () => {
    await against(never, { timeoutMs: 1_000 }, async (target, { received }) => {
      await assert.rejects(target.request(GET), { code: 'TIMEOUT', retry: undefined });
      // None if the machine stalled before it arrived.
      assert.ok(received.length <= 1);
    });
  });

  it('ends a request whose answer stops in the middle', async () => {
    const half: Respond = (response) => void response.writeHead(200, HEAD).write('{"half":');
    await against(half, { timeoutMs: 100 }, async (target) => {
      await assert.rejects(target.request(GET), { code: 'TIMEOUT' });
    });
  });

  it('ends a request whose answer drips', async () => {
    const dripping: Respond = (response) => {
      response.writeHead(200, HEAD);
      const timer = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(timer));
    };
    await against(dripping, { timeoutMs: 300 }, async (target) => {
      await assert.rejects(target.request(GET), { code: 'TIMEOUT' });
    });
  });

  it('closes the connection, so that a late answer is not taken for that of the next request', async () => {
    let requests = 0;
    const lateOnce: Respond = (response) => {
      requests += 1;
      const number = requests;
      setTimeout(() => response.writeHead(200, HEAD).end(JSON.stringify({ number })), number === 1 ? 10_000 : 0);
    };
    await against(lateOnce, { timeoutMs: 5_000, concurrency: 1 }, async (target) => {
      await assert.rejects(target.request(GET), { code: 'TIMEOUT' });
      assert.deepEqual((await target.request(GET)).body, { number: 2 });
    });
  });
});

describe('an abort', () => {
  it('ends the request with the reason of the signal', async () => {
    await against(never, {}, async (target, { received }) => {
      const controller = new AbortController();
      const request = target.request({ ...GET, signal: controller.signal });
      while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort(new Error('the lease is lost'));
      await assert.rejects(request, { message: 'the lease is lost' });
    });
  });

  it('that came before sends nothing', async () => {
    await against(answering(200), {}, async (target, { received }) => {
      const signal = AbortSignal.abort(new Error('too late'));
      await assert.rejects(target.request({ ...GET, signal }), { message: 'too late' });
      assert.equal(received.length, 0);
    });
  });
});

describe('a connection', () => {
  const broken: Record<string, Respond> = {
    'dropped before the answer': (_, __, socket) => void socket.destroy(),
    'dropped in the middle of the answer': (response, _, socket) => {
      response.writeHead(200, { ...HEAD, 'content-length': '100' });
      response.write('{"half":', () => socket.destroy());
    },
    'dropped in the middle of a chunked answer': (response, _, socket) => {
      response.writeHead(200, HEAD);
      response.write('{"whole": true}', () => socket.destroy());
    },
    'that speaks no HTTP': (_, __, socket) => void socket.end('220 mail.example.com ESMTP\r\n'),
    'with headers without end': (_, __, socket) => void socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}`),
  };
  for (const [what, respond] of Object.entries(broken)) {
    it(`${what} has failed, and a repeat may work`, async () => {
      await against(respond, {}, async (target) => {
        await assert.rejects(target.request(GET), { code: 'CONNECTION_FAILED', retry: undefined });
      });
    });
  }

  it('that is not accepted has failed', async () => {
    await against(answering(200), {}, async (target, server) => {
      await server.close();
      await assert.rejects(target.request(GET), { code: 'CONNECTION_FAILED', message: /ECONNREFUSED/ });
    });
  });
});

describe('an answer', () => {
  const limit = { maxResponseBytes: 100_000 };

  it('of exactly the limit is read, one byte more is too much', async () => {
    const ofSize =
      (bytes: number): Respond =>
      (response) =>
        void response.writeHead(200, HEAD).end(`"${'x'.repeat(bytes - 2)}"`);
    await against(ofSize(100_000), limit, async (target) => {
      assert.equal(((await target.request(GET)).body as string).length, 99_998);
    });
    await against(ofSize(100_001), limit, async (target) => {
      await assert.rejects(target.request(GET), { code: 'RESPONSE_TOO_LARGE' });
    });
  });

  it('without end is left after the limit', async () => {
    const sent = { bytes: 0 };
    await against(endless(sent), limit, async (target) => {
      await assert.rejects(target.request(GET), { code: 'RESPONSE_TOO_LARGE' });
      assert.ok(sent.bytes < 20 * 1_048_576, 'what the sockets buffer, and no more');
    });
  });

  it('without end is left after the limit, also as the answer to a failure', async () => {
    const sent = { bytes: 0 };
    const failing: Respond = async (response, request, socket) => {
      response.statusCode = 500;
      await endless(sent)(response, request, socket);
    };
    await against(failing, limit, async (target) => {
      await assert.rejects(target.request(GET), { code: 'RETRYABLE_STATUS', status: 500 });
      assert.ok(sent.bytes < 20 * 1_048_576, 'what the sockets buffer, and no more');
    });
  });

  it('that is longer than its content-length is not believed', async () => {
    const lying: Respond = (_, __, socket) =>
      void socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}${'x'.repeat(500)}`);
    await against(lying, limit, async (target) => {
      const outcome = await target.request(GET).then(
        ({ body }) => body,
        (error) => error.code,
      );
      assert.ok(outcome === 'CONNECTION_FAILED' || JSON.stringify(outcome) === '{}');
    });
  });

  it('that is shorter than its content-length has failed', async () => {
    const lying: Respond = (_, __, socket) =>
      void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 200\r\nconnection: close\r\n\r\n{}');
    await against(lying, limit, async (target) => {
      await assert.rejects(target.request(GET), { code: 'CONNECTION_FAILED' });
    });
  });

  const compressed = { gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, compress] of Object.entries(compressed)) {
    it(`in ${encoding} is inflated`, async () => {
      const respond: Respond = (response) =>
        void response.writeHead(200, { ...HEAD, 'content-encoding': encoding }).end(compress('{"small":true}'));
      await against(respond, limit, async (target) => {
        assert.deepEqual((await target.request(GET)).body, { small: true });
      });
    });

    it(`in ${encoding} that inflates a thousandfold is left after the limit`, async () => {
      const bomb = compress(Buffer.alloc(50 * 1_048_576, 0x20));
      const respond: Respond = (response) =>
        void response.writeHead(200, { ...HEAD, 'content-encoding': encoding }).end(bomb);
      await against(respond, limit, async (target) => {
        const before = process.memoryUsage().arrayBuffers;
        await assert.rejects(target.request(GET), { code: 'RESPONSE_TOO_LARGE' });
        assert.ok(process.memoryUsage().arrayBuffers - before < 20 * 1_048_576);
      });
    });
  }

  it('in an encoding that is unknown, or not the one it says, is bad', async () => {
    for (const encoding of ['zstd', 'gzip', 'br', 'gzip, gzip']) {
      const respond: Respond = (response) =>
        void response.writeHead(200, { ...HEAD, 'content-encoding': encoding }).end('{"plain":true}');
      await against(respond, limit, async (target) => {
        await assert.rejects(target.request(GET), { code: 'BAD_RESPONSE', retry: undefined });
      });
    }
  });

  it('that is not JSON is bad, and a repeat may work', async () => {
    for (const text of ['<html>', '{"half":', '{"a":1}}', 'ok']) {
      await against(
        (response) => void response.writeHead(200).end(text),
        limit,
        async (target) => {
          await assert.rejects(target.request(GET), { code: 'BAD_RESPONSE', status: 200, retry: undefined });
          assert.equal((await target.request({ ...GET, answer: 'any' })).body, undefined);
        },
      );
    }
  });

  it('that is not JSON does not hide the status of a failure', async () => {
    await against(
      (response) => void response.writeHead(502).end('<html>'),
      limit,
      async (target) => {
        await assert.rejects(target.request(GET), { code: 'RETRYABLE_STATUS', status: 502 });
        assert.equal((await target.request({ ...GET, accept: [502] })).body, undefined);
      },
    );
  });
});
