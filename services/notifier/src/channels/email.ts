import { once } from 'node:events';
import { UnavailableError } from '@switchboard/consumer';
import { escapeHtml } from '@switchboard/outbound';
import { createTransport } from 'nodemailer';
import type { Send } from './channel.ts';
import { smtpFailure } from './smtp-failure.ts';
import { readSmtpUrl } from './smtp-url.ts';

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
export function createEmail({ url, from }: { url: string; from: string }): Email {
  const transport = createTransport({
    pool: true,
    ...readSmtpUrl(url),
    // `lost` handles lost connections, so nodemailer must not retry.
    maxRequeues: 0,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>.*$/, '');
  let down: Error | undefined;

  /** Decides whether the attempt counts: it does if the server accepts a new connection. */
  async function lost(signal: AbortSignal): Promise<Error> {
    const outcomeUnknown = new Error('the connection was lost before the mail was accepted');
    if (signal.aborted) return outcomeUnknown;
    const verified = transport.verify().then(
      () => outcomeUnknown,
      (error) =>
        smtpFailure(error) ?? new UnavailableError('smtp', { cause: new Error('the server closes the connection') }),
    );
    return Promise.race([verified, once(signal, 'abort').then(() => outcomeUnknown)]);
  }

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
        const failure = smtpFailure(error) ?? (await lost(signal));
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

/** Escapes the text. Each paragraph has the writing direction of its language. */
export const htmlOf = (text: string): string =>
  escapeHtml(text)
    .split(/\n{2,}/)
    .map((paragraph) => `<p dir="auto">${paragraph.replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
