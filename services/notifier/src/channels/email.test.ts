import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import { type Answers, type SmtpServer, startSmtpServer } from '../../fixtures/smtp.ts';
import type { Delivery } from './channel.ts';
import { createEmail, type Email } from './email.ts';
import { readSmtpUrl } from './smtp-url.ts';

const MAIL: Delivery = {
  id: 'mail-1',
  type: 'order.shipped',
  address: 'jane@example.com',
  title: 'On its way',
  text: 'Your order is on its way',
  again: false,
  since: 0,
};

let server: SmtpServer;
let email: Email;

afterEach(async () => {
  email.close();
  await server.close();
});

interface Surroundings {
  answers?: Answers;
  /** Of connections after the first. */
  later?: Answers;
  scheme?: string;
  query?: string;
}

async function open({ answers = {}, later, scheme = 'smtp', query = '' }: Surroundings): Promise<void> {
  server = await startSmtpServer(answers, later);
  const url = `${scheme}://jane:secret@127.0.0.1:${server.port}${query}`;
  email = createEmail({ name: 'smtp', server: readSmtpUrl(url), from: 'Shop <news@shop.example>', concurrency: 5 });
}

/** The runtime's reaction to the error; `again` if the error has no hint. */
async function send(signal: AbortSignal = AbortSignal.timeout(20_000)): Promise<string> {
  try {
    await email.send(MAIL, signal);
    return 'sent';
  } catch (error) {
    const { retry = 'again', cause } = error as Error & { retry?: string };
    // The server's answer may contain an address.
    assert.doesNotMatch(`${error} ${cause}`, /jane|secret/);
    return retry;
  }
}

const REFUSED = '5.7.1 <jane@example.com>: refused';
const CASES: readonly [name: string, surroundings: Surroundings, end: string][] = [
  ['takes it', {}, 'sent'],
  ['greets with 554', { answers: { greeting: '554 no service' } }, 'when-available'],
  ['greets with 421', { answers: { greeting: '421 too busy' } }, 'when-available'],
  ['hangs up before it greets', { answers: { greeting: 'close' } }, 'when-available'],
  ['is no mail server', { answers: { greeting: 'HTTP/1.1 400 Bad Request' } }, 'when-available'],
  ['refuses to talk', { answers: { EHLO: '502 unknown', HELO: '502 unknown' } }, 'when-available'],
  ['hangs up when it is talked to', { answers: { EHLO: 'close' } }, 'when-available'],
  ['knows no TLS, and should from the start', { scheme: 'smtps' }, 'when-available'],
  [
    'agrees to TLS, and knows none',
    { answers: { STARTTLS: '220 go on' }, query: '?requireTLS=true' },
    'when-available',
  ],
  ['refuses the credentials', { answers: { AUTH: '535 wrong' } }, 'when-available'],
  ['wants a login', { answers: { EHLO: '250 here', MAIL: '530 login first' } }, 'when-available'],
  ['wants a login at the recipient', { answers: { EHLO: '250 here', RCPT: '530 login first' } }, 'when-available'],
  ['refuses the sender', { answers: { MAIL: `550 ${REFUSED}` } }, 'when-available'],
  ['shuts down at the sender', { answers: { MAIL: '421 closing' } }, 'when-available'],
  ['finds the mail too large', { answers: { MAIL: '552 too large' } }, 'never'],
  ['puts the sender off', { answers: { MAIL: '451 later' } }, 'again'],
  ['refuses the recipient', { answers: { RCPT: `550 ${REFUSED}` } }, 'never'],
  ['puts the recipient off', { answers: { RCPT: `450 ${REFUSED}` } }, 'again'],
  ['hangs up at the recipient, and is there', { answers: { RCPT: '421 closing' } }, 'again'],
  ['has lost count of the commands', { answers: { DATA: '503 no recipient' } }, 'again'],
  ['refuses data', { answers: { DATA: '554 no' } }, 'never'],
  ['refuses the message', { answers: { message: `554 ${REFUSED}` } }, 'never'],
  ['puts the message off', { answers: { message: '452 full' } }, 'again'],
  [
    'pipelines, and hangs up at the recipient',
    { answers: { EHLO: '250-here\r\n250 PIPELINING', RCPT: '421 closing' } },
    'again',
  ],
  ['hangs up at the message, and is there', { answers: { message: '421 closing' } }, 'again'],
  ['is cut off at the message, and is there', { answers: { message: 'close' } }, 'again'],
  ['is cut off at the message, and is away', { answers: { message: 'shut down' } }, 'when-available'],
];

describe('a mail, when the server', () => {
  for (const [name, surroundings, end] of CASES) {
    it(`${name}: ${end}`, async () => {
      await open(surroundings);
      assert.equal(await send(), end);
      if (end === 'when-available') assert.throws(email.check, { retry: 'when-available' });
      else email.check();
    });
  }
});

describe('a mail server', () => {
  it('that was away is used again', async () => {
    await open({ answers: { greeting: '554 no service' }, later: {} });
    assert.equal(await send(), 'when-available');
    assert.throws(() => email.check());
    await eventually(async () => assert.equal(await send(), 'sent'));
    email.check();
  });

  it('hears no credentials without the TLS that must be', async () => {
    await open({ query: '?requireTLS=true' });
    assert.equal(await send(), 'when-available');
    assert.deepEqual([...new Set(server.heard.map((line) => line.split(' ')[0]))], ['EHLO', 'STARTTLS']);
  });
});

describe('a service that stops', () => {
  it('does not ask whether the server is there', async () => {
    await open({ answers: { RCPT: 'silence' }, later: { greeting: 'close' } });
    const stopping = new AbortController();
    const end = send(stopping.signal);
    await eventually(() => assert.match(server.heard.at(-1) ?? '', /^RCPT/));
    stopping.abort();
    assert.equal(await end, 'again');
    assert.equal(server.connections(), 1);
  });

  it('does not wait for the answer to that', async () => {
    await open({ answers: { RCPT: 'close' }, later: { greeting: 'silence' } });
    const stopping = new AbortController();
    const end = send(stopping.signal);
    await eventually(() => assert.equal(server.connections(), 2));
    stopping.abort();
    assert.equal(await end, 'again');
  });
});
