import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerAddress } from 'smtp-server';
import { credentials } from '../credentials.ts';
import type { Mishap } from '../faults.ts';
import { plainText } from '../plain-text.ts';
import type { World } from '../world.ts';

export type SmtpDeps = Pick<World, 'board' | 'faults' | 'record'>;

export interface SmtpStandIn {
  readonly port: number;
  close(): Promise<void>;
}

const MOST_BYTES = 10 * 1_048_576;

class SmtpRefusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

const refusalFor = (status: number): SmtpRefusal =>
  new SmtpRefusal(status, status < 500 ? '4.3.0 Try again later' : '5.3.0 Not accepted');

/** Accepts mail to any address except `bounce…@`, and delivers none of it. */
export async function startSmtp({ host, port }: { host: string; port: number }, deps: SmtpDeps): Promise<SmtpStandIn> {
  const { board, faults, record } = deps;
  const closing = new AbortController();

  async function receive(bytes: Buffer, from: string, to: readonly string[]): Promise<Mishap> {
    const at = new Date().toISOString();
    const mail = await PostalMime.parse(bytes);
    const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
    const { subject = '', text = '', html = '', messageId = '' } = mail;
    const body = { from, to, subject, text, html, messageId };
    const mishap = faults.strike('smtp', 'SEND', to.join(','));
    const { status, dropResponse } = mishap;
    if (status === undefined) {
      board.put({
        kind: 'message',
        system: 'smtp',
        id: `${messageId}:${to.join()}`,
        title: subject || '(no subject)',
        text: text || plainText(html),
        fields: [
          ['from', from],
          ['to', to.join(', ')],
        ],
      });
    }
    const fault = status !== undefined ? 'status' : dropResponse === true ? 'dropResponse' : undefined;
    record({
      system: 'smtp',
      kind: status === undefined ? 'effect' : 'refused',
      method: 'SEND',
      path: to.join(','),
      headers,
      body,
      status: status ?? 250,
      ...(status === undefined ? {} : { why: refusalFor(status).message }),
      at,
      ...(fault === undefined ? {} : { fault }),
    });
    return mishap;
  }

  function refused(method: string, path: string, refusal: SmtpRefusal): SmtpRefusal {
    const { responseCode: status, message: why } = refusal;
    const at = new Date().toISOString();
    record({ system: 'smtp', kind: 'refused', method, path, headers: {}, body: null, status, why, at });
    return refusal;
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    size: MOST_BYTES,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    onAuth({ username, password }, _session, callback) {
      const { user, password: expected } = credentials.smtp;
      if (username === user && password === expected) callback(null, { user });
      else callback(refused('AUTH', '', new SmtpRefusal(535, '5.7.8 Authentication credentials invalid')));
    },
    onRcptTo({ address }, _session, callback) {
      const isKnown = !address.startsWith('bounce');
      callback(isKnown ? null : refused('RCPT', address, new SmtpRefusal(550, '5.1.1 No such user here')));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return callback(refused('DATA', '', new SmtpRefusal(552, '5.3.4 Message too big')));
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }: SMTPServerAddress) => address);
        receive(Buffer.concat(chunks), mailFrom === false ? '' : mailFrom.address, to)
          .then(async ({ latencyMs, status, dropResponse }) => {
            if (latencyMs > 0) await sleep(latencyMs, undefined, { signal: closing.signal });
            if (dropResponse === true) return hangUp(session.id);
            if (status === undefined) return callback(null, '2.0.0 OK: kept');
            callback(refusalFor(status));
          })
          .catch((error: Error) => callback(error));
      });
    },
  });
  // Ignores clients that hang up mid-session.
  server.on('error', () => {});

  function hangUp(id: string): void {
    for (const connection of server.connections) if (connection.id === id) connection._socket.destroy();
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close() {
      closing.abort();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
