import { PermanentError, UnavailableError } from '@switchboard/consumer';

interface NodemailerError extends NodeJS.ErrnoException {
  /** What was being said to the server; `CONN` also when a connection ended in the middle. */
  command?: string;
  /** Of the socket, where `code` is nodemailer's own. */
  originalCode?: string;
  timeoutType?: string;
  responseCode?: number;
  permanent?: boolean;
}

/** Before a mail is spoken of: what is refused here is refused to every mail. */
const BEFORE_MAIL = /^(CONN|EHLO|HELO|STARTTLS|AUTH)/;
const CLOSING = 421;
const LOGIN_NEEDED = 530;
const SIZE_EXCEEDED = 552;

/**
 * What an error of nodemailer means: that the server is away, or refuses us, pauses the service; that it refuses the
 * mail is for ever. Undefined when the connection was lost: what that means, another connection tells. The server's
 * answer may repeat the address: only its number is kept.
 */
export function smtpFailure(error: unknown): Error | undefined {
  const { code = '', command = '', originalCode, syscall, timeoutType = '' } = error as NodemailerError;
  const { responseCode, permanent } = error as NodemailerError;
  const unavailable = (reason: string, failure?: 'AUTHENTICATION_FAILED') =>
    new UnavailableError('smtp', { cause: Object.assign(new Error(reason), failure && { code: failure }) });
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
    return unavailable(`the server answers ${responseCode} to everything`);
  }
  if (command === 'MAIL FROM' && responseCode >= 500 && responseCode !== SIZE_EXCEEDED) {
    return unavailable(`the server refuses our sender (${responseCode}): check EMAIL_FROM`);
  }
  if (permanent !== true) return new Error(`the mail was not accepted (${responseCode})`);
  return new PermanentError('SMTP_REFUSED', `the SMTP server answered ${responseCode}`);
}

/** 421 at a mail may be because of that mail only; where commands are pipelined it comes as of the connection. */
const isCutOff = (code: string, command: string, responseCode: number): boolean =>
  (code === 'ECONNECTION' && command === 'CONN') || (responseCode === CLOSING && /^(RCPT TO|DATA)$/.test(command));

/** A socket that failed in its handshake, rather than one that was cut off. */
const isBrokenTls = (code: string, originalCode = ''): boolean =>
  code === 'ESOCKET' && /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/.test(originalCode);
