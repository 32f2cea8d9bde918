import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(::ffff:)?127\.|^::1$/i;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** The name of a Host header, without its port; undefined if there is none. */
export const hostOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined =>
  /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(headers.host ?? '')?.[1]?.toLowerCase() || undefined;

export const isLoopbackName = (host: string | undefined): boolean =>
  host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

/**
 * True for a request of a program on this machine on its own behalf. False for a proxy on this machine, and for a
 * browser whose page has a host name that resolves to this machine (DNS rebinding).
 */
export function isLocal(request: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) return false;
  if (FORWARDED.some((name) => request.headers[name] !== undefined)) return false;
  return isLoopbackName(hostOf(request));
}
