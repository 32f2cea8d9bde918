import { PermanentError, UnavailableError } from '@switchboard/consumer';

interface NodemailerError extends NodeJS.ErrnoException {
  /** The command that failed. `CONN` also for a connection that was cut off. */
  command?: string;
  /** The code of the socket, if `code` is one of nodemailer. */
  originalCode?: string;
  timeoutType?: string;
  responseCode?: number;
  permanent?: boolean;
}

/** Commands before the first mail. A refusal applies to every mail. */
const BEFORE_MAIL = /^(CONN|EHLO|HELO|STARTTLS|AUTH)/;
const CLOSING = 421;
const LOGIN_NEEDED = 530;
const SIZE_EXCEEDED = 552;

/**
 * Classifies an error of nodemailer. Mails wait while the server is down or refuses the credentials or the sender; a
 * refused mail is permanent. Undefined for a lost connection: the caller opens another one to find out. The
 * server's answer may repeat the address, so only its number is kept.
 */
export function smtpFailure(error: unknown, server: string): Error | undefined {
  const { code = '', command = '', originalCode, syscall, timeoutType = '' } = error as NodemailerError;
  const { responseCode, permanent } = error as NodemailerError;
  const unavailable = (reason: string, failure?: 'AUTHENTICATION_FAILED') =>
    new UnavailableError(server, { cause: Object.assign(new Error(reason), failure && { code: failure }) });
  if (/^(EAUTH|ENOAUTH)$/.test(code)) {
    return unavailable('the server refuses our credentials: check SMTP_URL', 'AUTHENTICATION_FAILED');
  }
  if (code === 'ETLS' || isBrokenTls(code, originalCode)) {
    return unavailable(`no TLS with the server (${originalCode ?? code}): check SMTP_URL and its certificate`);
  }
  if (syscall === 'connect' || code === 'EDNS' || /^(CONNECT|GREETING|UPGRADE)_/.test(timeoutType)) {
    return unavailable(`the server cannot be reached (${originalCode ?? code})`);
  }
  if (responseCode === undefined || isCutOff(code, command, responseCode)) return undefined;
  if (BEFORE_MAIL.test(command) || responseCode === LOGIN_NEEDED || responseCode === CLOSING) {
    return unavailable(`the server refuses every command (${responseCode})`);
  }
  if (command === 'MAIL FROM' && responseCode >= 500 && responseCode !== SIZE_EXCEEDED) {
    return unavailable(`the server refuses our sender (${responseCode}): check EMAIL_FROM`);
  }
  if (permanent !== true) return new Error(`the mail was not accepted (${responseCode})`);
  return new PermanentError('SMTP_REFUSED', `the SMTP server answered ${responseCode}`);
}

/** A 421 to a mail may concern only that mail. If commands are pipelined, nodemailer reports it for the connection. */
const isCutOff = (code: string, command: string, responseCode: number): boolean =>
  (code === 'ECONNECTION' && command === 'CONN') || (responseCode === CLOSING && /^(RCPT TO|DATA)$/.test(command));

/** True if the handshake failed, false if the connection was cut off. */
const isBrokenTls = (code: string, originalCode = ''): boolean =>
  code === 'ESOCKET' && /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/.test(originalCode);
