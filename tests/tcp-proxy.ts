import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** The fate of a response: it arrives, is lost, or the connection breaks instead. */
export type Answer = 'pass' | 'drop' | 'cut';

export interface KafkaProxy {
  readonly port: number;
  /** The target of connections; set it before the first one. */
  target: number;
  /** Called for each Produce response, after the broker has executed the request. */
  answer: () => Answer;
  /** The number of withheld responses. */
  readonly withheld: number;
  close(): Promise<void>;
}

const PRODUCE = 0;

/** A proxy in front of one broker that can withhold its Produce responses. Forwards everything else. */
export async function createKafkaProxy(): Promise<KafkaProxy> {
  const sockets = new Set<Socket>();
  let withheld = 0;

  const server = createServer((client) => {
    const broker = connect(proxy.target, '127.0.0.1');
    const produces = new Set<number>();
    const end = () => {
      client.resetAndDestroy();
      broker.resetAndDestroy();
    };
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    // Length, API key, version, correlation id.
    const requests = frames(12, (header) => {
      if (header.readInt16BE(4) === PRODUCE) produces.add(header.readInt32BE(8));
      return true;
    });
    // Length, correlation id.
    const responses = frames(8, (header) => {
      const answer = produces.delete(header.readInt32BE(4)) ? proxy.answer() : 'pass';
      if (answer === 'pass') return true;
      withheld++;
      if (answer === 'cut') end();
      return false;
    });
    client.pipe(requests).pipe(broker).pipe(responses).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const proxy: KafkaProxy = {
    port: address.port,
    target: 0,
    answer: () => 'pass',
    get withheld() {
      return withheld;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

/**
 * Splits a stream into Kafka frames (a four-byte length, then that many bytes), passes the first bytes of each to
 * `passes`, and drops the frames that it rejects. Buffers at most a header.
 */
function frames(headerLength: number, passes: (header: Buffer) => boolean): Transform {
  let header = Buffer.alloc(0);
  let rest = 0;
  let passing = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let at = 0;
      while (at < chunk.length) {
        if (rest === 0) {
          const missing = headerLength - header.length;
          header = Buffer.concat([header, chunk.subarray(at, at + missing)]);
          at += missing;
          if (header.length < headerLength) break;
          passing = passes(header);
          if (passing) this.push(header);
          rest = 4 + header.readInt32BE(0) - headerLength;
          header = Buffer.alloc(0);
        } else {
          const part = chunk.subarray(at, at + rest);
          if (passing) this.push(part);
          rest -= part.length;
          at += part.length;
        }
      }
      done();
    },
  });
}
