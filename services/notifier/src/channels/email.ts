import { PermanentError, UnavailableError } from '@switchboard/kafka';
import { escapeHtml } from '@switchboard/outbound';
import { createTransport } from 'nodemailer';
import type { Send } from './channel.ts';

export interface Email {
  readonly send: Send;
  /** Throws while the server cannot be reached; asks nothing of it. */
  check(): void;
  close(): void;
}

const TIMEOUT_MS = 10_000;

/**
 * SMTP knows no idempotency key: a repeat has the same Message-ID, by which many mailboxes, but not all, show a mail
 * once.
 */
export function createEmail({ url, from }: { url: string; from: string }): Email {
  const { hostname, port, protocol, username, password } = new URL(url);
  const auth =
    username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } };
  const transport = createTransport({
    pool: true,
    host: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    secure: protocol === 'smtps:',
    ...auth,
    // What a lost connection means is ours to decide.
    maxRequeues: 0,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>.*$/, '');
  let down: Error | undefined;

  return {
    async send({ id, address, title, text }, signal) {
      try {
        await transport.sendMail({
          from,
          to: { name: '', address },
          subject: title,
          text,
          html: htmlOf(text),
          messageId: `<${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        });
        down = undefined;
      } catch (error) {
        const failure = failureOf(error);
        down = failure instanceof UnavailableError ? failure : undefined;
        throw failure;
      }
    },
    check() {
      if (down !== undefined) throw down;
    },
    close: () => transport.close(),
  };
}

/** All of the text as text, each paragraph in the direction of its language. */
export const htmlOf = (text: string): string =>
  escapeHtml(text)
    .split(/\n{2,}/)
    .map((paragraph) => `<p dir="auto">${paragraph.replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');

/** The server's answer may repeat the address: only its number is kept. */
function failureOf(error: unknown): Error {
  const { code, syscall, timeoutType = '', responseCode, permanent } = error as NodemailerError;
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return new UnavailableError('smtp', { cause: new Error('the server refuses our credentials: check SMTP_URL') });
  }
  if (syscall === 'connect' || code === 'EDNS' || /^(CONNECT|GREETING)_/.test(timeoutType)) {
    return new UnavailableError('smtp', { cause: new Error(`the server cannot be reached (${code})`) });
  }
  if (permanent === true) return new PermanentError('SMTP_REFUSED', `the SMTP server answered ${responseCode}`);
  // A connection that was lost on the way among them: the mail may have been accepted.
  return new Error(`the mail was not accepted (${responseCode ?? code})`);
}

interface NodemailerError extends NodeJS.ErrnoException {
  timeoutType?: string;
  responseCode?: number;
  permanent?: boolean;
}
