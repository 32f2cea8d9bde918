import { connect } from 'node:net';

// Metadata, version 1, correlation id 1, no client id, an empty list of topics: requests only the brokers.
const REQUEST = Buffer.from('0000000e' + '0003' + '0001' + '00000001' + 'ffff' + '00000000', 'hex');

/** The number of live brokers that the broker on this port knows; 0 if no broker answers there. */
export function liveBrokers(port: number, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 }, () => socket.write(REQUEST));
    const finish = (answer: number) => {
      socket.destroy();
      resolve(answer);
    };
    let answer = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      // Length, correlation id, and the length of the list of brokers.
      if (answer.length < 12) return;
      finish(answer.readInt32BE(4) === 1 ? answer.readInt32BE(8) : 0);
    });
    for (const event of ['error', 'timeout', 'close'] as const) socket.once(event, () => finish(0));
  });
}
