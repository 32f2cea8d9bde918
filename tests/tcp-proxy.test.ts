import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, test } from 'node:test';
import { type Answer, createKafkaProxy } from './tcp-proxy.ts';

/** A broker that answers each request with its correlation id and body. */
const broker = createServer((socket) => {
  socket.on('error', () => {});
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const frame = pending.subarray(4, 4 + pending.readInt32BE(0));
      pending = pending.subarray(4 + frame.length);
      const answer = Buffer.concat([Buffer.alloc(4), frame.subarray(4)]);
      answer.writeInt32BE(frame.length - 4);
      socket.write(answer);
    }
  });
});
broker.listen(0, '127.0.0.1');
await once(broker, 'listening');
after(() => broker.close());

function request(apiKey: number, correlationId: number, body: string): Buffer {
  const frame = Buffer.alloc(12 + body.length);
  frame.writeInt32BE(8 + body.length);
  frame.writeInt16BE(apiKey, 4);
  frame.writeInt32BE(correlationId, 8);
  frame.write(body, 12);
  return frame;
}

/** Sends bytes in pieces of a size and collects `count` responses as `correlation id:body`. */
async function ask(port: number, bytes: Buffer, pieces: number, count: number): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  let received = Buffer.alloc(0);
  const answers: string[] = [];
  for (let at = 0; at < bytes.length; at += pieces) socket.write(bytes.subarray(at, at + pieces));
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const frame = received.subarray(4, 4 + received.readInt32BE(0));
      received = received.subarray(4 + frame.length);
      answers.push(`${frame.readInt32BE(0)}:${frame.toString('latin1', 4)}`);
    }
    if (answers.length >= count) break;
  }
  socket.destroy();
  return answers;
}

async function proxyThat(answer: () => Answer) {
  const proxy = await createKafkaProxy();
  proxy.target = (broker.address() as AddressInfo).port;
  proxy.answer = answer;
  after(() => proxy.close());
  return proxy;
}

const FETCH = 1;
const conversation = Buffer.concat([
  request(0, 1, 'produce'),
  request(FETCH, 2, 'fetch'.repeat(100)),
  request(0, 3, ''),
  request(FETCH, 4, ''),
  request(0, 5, 'produce too'),
]);

for (const pieces of [1, 7, 13, 10_000]) {
  test(`forwarded bytes arrive unchanged, in pieces of ${pieces} bytes`, async () => {
    const proxy = await proxyThat(() => 'pass');
    const answers = await ask(proxy.port, conversation, pieces, 5);
    assert.deepEqual(answers, ['1:produce', `2:${'fetch'.repeat(100)}`, '3:', '4:', '5:produce too']);
    assert.equal(proxy.withheld, 0);
  });

  test(`only Produce responses are dropped, in pieces of ${pieces} bytes`, async () => {
    const decisions: Answer[] = ['drop', 'pass', 'drop'];
    const proxy = await proxyThat(() => decisions.shift() as Answer);
    const answers = await ask(proxy.port, Buffer.concat([conversation, request(FETCH, 6, '')]), pieces, 4);
    assert.deepEqual(answers, [`2:${'fetch'.repeat(100)}`, '3:', '4:', '6:']);
    assert.equal(proxy.withheld, 2);
  });
}

test('a connection can break instead of a response', async () => {
  const proxy = await proxyThat(() => 'cut');
  await assert.rejects(ask(proxy.port, conversation, 100, 5), { code: 'ECONNRESET' });
});

test('the connection breaks if no broker listens', async () => {
  const proxy = await proxyThat(() => 'pass');
  proxy.target = 1;
  await assert.rejects(ask(proxy.port, conversation, 100, 5), { code: 'ECONNRESET' });
});
