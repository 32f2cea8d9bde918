import { once } from 'node:events';
import { UnavailableError } from '@switchboard/consumer';
import { escapeHtml, OutboundError } from '@switchboard/outbound';
import { createTransport } from 'nodemailer';
import type { Delivery, Send } from './channel.ts';
import { createGate } from './gate.ts';
import { smtpFailure } from './smtp-failure.ts';
import type { SmtpServer } from './smtp-url.ts';

export interface EmailOptions {
  /** Names the server in errors: `smtp`. */
  readonly name: string;
  readonly server: SmtpServer;
  /** The sender. */
  readonly from: string;
  /** The maximum number of mails that are sent at a time. */
  readonly concurrency: number;
  readonly ratePerSecond?: number | undefined;
}

export interface Email {
  readonly send: Send;
  /** Throws while the server is down or refuses the credentials. Does not connect. */
  check(): void;
  close(): void;
}

const TIMEOUT_MS = 10_000;

/**
 * SMTP has no idempotency key. Repetitions have the same Message-ID; many mailboxes, but not all, then show the mail
 * once.
 */
export function createEmail({ name, server, from, concurrency, ratePerSecond }: EmailOptions): Email {
  const gate = createGate(name, { concurrency, ratePerSecond });
  const transport = createTransport({
    pool: true,
    maxConnections: concurrency,
    ...server,
    // `lost` handles lost connections, so nodemailer must not retry.
    maxRequeues: 0,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>.*$/, '');

  /** Decides whether the attempt counts: it does if the server accepts a new connection. */
  async function lost(signal: AbortSignal): Promise<Error> {
    const message = 'the connection was lost before the mail was accepted';
    const outcomeUnknown = new OutboundError('CONNECTION_FAILED', message, { target: name });
    if (signal.aborted) return outcomeUnknown;
    const verified = transport.verify().then(
      () => outcomeUnknown,
      (error) =>
        smtpFailure(error, name) ??
        new UnavailableError(name, { cause: new Error('the server closes the connection') }),
    );
    return Promise.race([verified, once(signal, 'abort').then(() => outcomeUnknown)]);
  }

  async function transmit({ id, address, title, text }: Delivery, signal: AbortSignal): Promise<string> {
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
      return id;
    } catch (error) {
      throw smtpFailure(error, name) ?? (await lost(signal));
    }
  }

  return {
    send: (delivery, signal) => gate.run(signal, () => transmit(delivery, signal)),
    check() {
      if (gate.reason !== undefined) throw new UnavailableError(name, { cause: gate.reason });
    },
    close: () => transport.close(),
  };
}

/** Escapes the text. Each paragraph has the writing direction of its language. */
export const htmlOf = (text: string): string =>
  escapeHtml(text)
    .split(/\n{2,}/)
    .map((paragraph) => `<p dir="auto">${paragraph.replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
