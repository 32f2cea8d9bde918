import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(::ffff:)?127\.|^::1$/i;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** The name of a Host header, without its port; undefined if there is none. */
export const hostOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined =>
  /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(headers.host ?? '')?.[1]?.toLowerCase() || undefined;

export const isLoopbackName = (host: string | undefined): boolean =>
  host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

/**
 * Whether a program on this machine asks on its own behalf. A proxy on this machine asks for strangers, and a browser does
 * so for whichever page has made its own name point here (DNS rebinding); neither counts.
 */
export function isLocal(request: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) return false;
  if (FORWARDED.some((name) => request.headers[name] !== undefined)) return false;
  return isLoopbackName(hostOf(request));
}
