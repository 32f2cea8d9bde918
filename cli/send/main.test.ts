import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sign } from '@switchboard/client';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { publicEventTypes } from '@switchboard/events';
import { freePort } from '@switchboard/stack';
import { createSampleEvent, type SampleEvent } from './sample-event.ts';
import { sendEvents } from './send-events.ts';

const SECRET = 'of this test';
const send = (...args: string[]) =>
  runProgram(join(import.meta.dirname, '../main.ts'), ['send', ...args], { LOCAL_SECRET: SECRET });

interface Received {
  path: string;
  body: string;
}

describe('npm run send', () => {
  let server: Server;
  let url: string;
  let status = 200;
  let received: Received[] = [];

  before(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const bytes of request) body += bytes;
      const { 'x-webhook-timestamp': seconds, 'x-webhook-signature': signature } = request.headers;
      const signed = signature === sign(body, SECRET, Number(seconds) * 1_000)['x-webhook-signature'];
      received.push({ path: request.url ?? '', body });
      response.writeHead(signed ? status : 401).end('{"received":true}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    received = [];
    status = 200;
  });

  it('signs an event and shows the answer', async () => {
    const sending = send('conversation.escalated', '--url', url);
    assert.equal(await sending.exit, 0, sending.output);
    assert.match(sending.output, /200 {2}\{"received":true\}\n1 accepted — in \d+ ms/);
    assert.equal(received[0]?.path, '/webhooks/escalation');
  });

  it('sends as many as --count says, each about an entity of its own', async () => {
    const sending = send('order.created', '--count', '70', '--url', url);
    assert.equal(await sending.exit, 0, sending.output);
    assert.match(sending.output, /^handled by: notifier, flows$/m);
    assert.match(sending.output, /70 accepted/);
    const orders = received.map(({ body }) => (JSON.parse(body) as { payload: { orderId: string } }).payload.orderId);
    assert.equal(new Set(orders).size, 70);
  });

  it('repeats one event with --same', async () => {
    const sending = send('message.received', '--count', '5', '--same', '--url', url);
    assert.equal(await sending.exit, 0, sending.output);
    assert.equal(received.length, 5);
    assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  });

  const HANDLED: Record<string, [source: string, services: string]> = {
    // Flows may use every event.
    'message.received': ['chatbot', 'flows'],
    'stock.changed': ['shop', 'notifier, flows'],
    'ticket.updated': ['shop', 'ticketing, notifier, flows'],
  };
  for (const [type, [source, services]] of Object.entries(HANDLED)) {
    it(`sends ${type} from ${source} and says that ${services} handle it`, async () => {
      const sending = send(type, '--url', url);
      assert.equal(await sending.exit, 0, sending.output);
      assert.match(sending.output, new RegExp(`^handled by: ${services}$`, 'm'));
      assert.equal(received[0]?.path, `/webhooks/${source}`);
    });
  }

  it('keeps to a rate', async () => {
    const startedAt = performance.now();
    let last = 0;
    const next = (): SampleEvent => {
      last = performance.now();
      return createSampleEvent('incident.opened');
    };
    await sendEvents({ url, secret: SECRET, count: 11, rate: 50, next, onAnswer: () => {} });
    // Ten intervals of 20 ms; a timer may be early by a fraction of one.
    assert.ok(last - startedAt > 195);
  });

  it('sends from another source with --source', async () => {
    await send('incident.opened', '--source', 'chatbot', '--url', url).exit;
    assert.equal(received[0]?.path, '/webhooks/chatbot');
  });

  it('plays the demo, about people and things of its own each time', async () => {
    for (let times = 0; times < 2; times += 1) {
      const sending = send('demo', '--rate', '100', '--url', url);
      assert.equal(await sending.exit, 0, sending.output);
      assert.match(sending.output, /conversation\.escalated: look for a ticket/);
    }
    const paths = received.map(({ path }) => path.replace('/webhooks/', ''));
    const ofChat = ['chatbot', 'shop', 'shop'];
    const story = ['chatbot', 'escalation', 'chatbot', 'cms-update', 'shop', 'ops', 'chatbot', ...ofChat];
    assert.deepEqual(paths, [...story, ...story]);
    // The person of the chat page stays the same.
    const isConsent = ({ body }: Received): boolean => body.includes('message.requested');
    assert.equal(received.filter(isConsent).length, 2);
    const marks = received
      .filter((one) => !isConsent(one))
      .map(({ body }) => /(?:user|lead|article|order|inc|conv)-([0-9a-f]{8})/.exec(body)?.[1]);
    assert.deepEqual([new Set(marks.slice(0, 9)).size, new Set(marks).size], [1, 2]);
  });

  it('says of an act of the demo how it was refused', async () => {
    status = 422;
    const sending = send('demo', '--rate', '100', '--url', url);
    assert.equal(await sending.exit, 1);
    assert.match(sending.output, /order\.shipped: 422/);
  });

  it('fails, and counts, when events are not accepted', async () => {
    status = 503;
    const sending = send('lead.captured', '--count', '3', '--url', url);
    assert.equal(await sending.exit, 1);
    assert.match(sending.output, /3 × 503/);
  });

  it('asks whether npm start is running when nothing listens', async () => {
    const sending = send('lead.captured', '--url', `http://127.0.0.1:${await freePort()}`);
    assert.equal(await sending.exit, 1);
    assert.match(sending.output, /Nothing listens on .*: is `npm start` running\?/);
  });

  it('lists the event types without an argument', async () => {
    const sending = send();
    assert.equal(await sending.exit, 0);
    for (const type of publicEventTypes) assert.ok(sending.output.includes(type), type);
  });

  for (const [args, problem] of [
    [['conversation.escaladed'], /no event type conversation\.escaladed/],
    [['lead.captured', '--count', 'many'], /--count must be a whole number/],
    [['lead.captured', '--wait', '--timeout', 'long'], /--timeout must be a number of seconds/],
    [['demo', '--wait'], /--wait does not go with demo/],
    [['lead.captured', '--rate', '0'], /--rate must be a number above 0/],
    [['lead.captured', '--url', 'nowhere'], /nowhere is no URL/],
    [['lead.captured', '--colour', 'red'], /--colour/],
  ] as const) {
    it(`says what is wrong with ${args.join(' ')}`, async () => {
      const sending = send(...args);
      assert.equal(await sending.exit, 1);
      assert.match(sending.output, problem);
      assert.match(sending.output, /^[^\n]+`npm run switchboard -- send --help` shows what there is\.\n$/);
    });
  }
});
