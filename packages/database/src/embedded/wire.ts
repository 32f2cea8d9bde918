import { Duplex } from 'node:stream';

/** AuthenticationOk and ReadyForQuery. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const TERMINATE = 0x58;

/**
 * What `pg` takes for its socket: bytes of Postgres's protocol that a function of this thread answers. So both databases
 * have the same prepared statements, types and errors.
 */
export function createWire(answer: (message: Uint8Array) => Uint8Array): Duplex {
  let isStarted = false;

  function run(message: Buffer): void {
    const reply = isStarted ? (message[0] === TERMINATE ? null : Buffer.from(answer(message))) : WELCOME;
    isStarted = true;
    // A pipelining client expects no answer before it has finished sending.
    queueMicrotask(() => wire.push(reply));
  }

  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      run(chunk);
      done();
    },
    writev(chunks, done) {
      run(Buffer.concat(chunks.map(({ chunk }) => chunk)));
      done();
    },
  });
  const connect = () => queueMicrotask(() => wire.emit('connect'));
  const nothing = () => {};
  return Object.assign(wire, { connect, setNoDelay: nothing, setKeepAlive: nothing, ref: nothing, unref: nothing });
}
