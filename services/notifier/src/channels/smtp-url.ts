import { ConfigError } from '@switchboard/service';
import type { Connection } from '@switchboard/systems';

export interface SmtpServer {
  readonly host: string;
  readonly port?: number;
  /** TLS from the first byte on. */
  readonly secure: boolean;
  /** Sends nothing before STARTTLS. */
  readonly requireTLS: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
}

const FORM = 'smtp://user:password@host:port, or smtps://…, with special characters percent-encoded (%2F)';

/**
 * Requires TLS to send credentials over a network, unless the URL has `?requireTLS=false`.
 * @throws ConfigError without the URL in it
 */
export function readSmtpUrl(text: string): SmtpServer {
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') throw malformed();
  const { port, protocol, username, password, searchParams } = url;
  // Only URLs put an IPv6 address in brackets.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = protocol === 'smtps:';
  const asked = searchParams.get('requireTLS');
  return {
    host,
    ...(port !== '' && { port: Number(port) }),
    secure,
    requireTLS: !secure && (asked === null ? username !== '' && !isLoopback(host) : asked !== 'false'),
    ...(username !== '' && { auth: { user: decoded(username), pass: decoded(password) } }),
  };
}

/** The parts of a connection: the credentials are not in its URL. */
export function splitSmtpUrl(text: string): Pick<Connection, 'url' | 'auth'> & { requireTLS: string | undefined } {
  const { auth } = readSmtpUrl(text);
  const url = new URL(text);
  const requireTLS = url.searchParams.get('requireTLS');
  url.username = '';
  url.password = '';
  url.search = '';
  return {
    url: url.href,
    auth: auth && { kind: 'basic', user: auth.user, password: auth.pass },
    requireTLS: requireTLS === null ? undefined : String(requireTLS !== 'false'),
  };
}

export function smtpServerOf({ url: text, auth, settings }: Connection): SmtpServer {
  const url = new URL(text);
  if (auth?.kind === 'basic') {
    url.username = encodeURIComponent(auth.user);
    url.password = encodeURIComponent(auth.password);
  }
  if (settings.requireTLS !== undefined) url.searchParams.set('requireTLS', settings.requireTLS);
  return readSmtpUrl(url.href);
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw malformed();
  }
}

const malformed = (): ConfigError => new ConfigError([`SMTP_URL must be of the form ${FORM}`]);
