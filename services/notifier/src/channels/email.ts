import { once } from 'node:events';
import { UnavailableError } from '@switchboard/consumer';
import { escapeHtml } from '@switchboard/outbound';
import { createTransport } from 'nodemailer';
import type { Send } from './channel.ts';
import { smtpFailure } from './smtp-failure.ts';
import { readSmtpUrl } from './smtp-url.ts';

export interface Email {
  readonly send: Send;
  /** Throws while the server is down or refuses us; sends nothing to it. */
  check(): void;
  close(): void;
}

const TIMEOUT_MS = 10_000;

/**
 * SMTP knows no idempotency key: a repeat has the same Message-ID, by which many mailboxes, but not all, show a mail
 * once.
 */
export function createEmail({ url, from }: { url: string; from: string }): Email {
  const transport = createTransport({
    pool: true,
    ...readSmtpUrl(url),
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

  /** The outcome is unknown: the mail is tried again, and that counts as a try if the server is there at all. */
  async function lost(signal: AbortSignal): Promise<Error> {
    const outcomeUnknown = new Error('the connection was lost before the mail was accepted');
    if (signal.aborted) return outcomeUnknown;
    const asked = transport.verify().then(
      () => outcomeUnknown,
      (error) => smtpFailure(error) ?? new UnavailableError('smtp', { cause: new Error('the server hangs up') }),
    );
    return Promise.race([asked, once(signal, 'abort').then(() => outcomeUnknown)]);
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

/** All of the text as text, each paragraph in the direction of its language. */
export const htmlOf = (text: string): string =>
  escapeHtml(text)
    .split(/\n{2,}/)
    .map((paragraph) => `<p dir="auto">${paragraph.replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
