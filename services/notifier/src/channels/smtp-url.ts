import { ConfigError } from '@switchboard/service';

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

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw malformed();
  }
}

const malformed = (): ConfigError => new ConfigError([`SMTP_URL must be of the form ${FORM}`]);
