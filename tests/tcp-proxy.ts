import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** What becomes of the answer to a request: it arrives, it never does, or the connection breaks instead. */
export type Answer = 'pass' | 'drop' | 'cut';

export interface KafkaProxy {
  readonly port: number;
  /** Where connections go; set it before the first one. */
  target: number;
  /** Asked for each answer to a Produce request, which the broker has carried out by then. */
  answer: () => Answer;
  /** How many answers were held back so far. */
  readonly withheld: number;
  close(): Promise<void>;
}

const PRODUCE = 0;

/** Stands in front of one broker, and can keep its answers to Produce requests from arriving. All else passes. */
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
 * Cuts a stream into Kafka's frames (a length of four bytes, then so many bytes), shows the first bytes of each to
 * `passes`, and leaves out those that it says no to. Holds no more than a header back.
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
