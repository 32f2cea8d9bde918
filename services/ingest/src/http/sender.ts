import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { RateLimiter } from '@switchboard/async';
import type { AddressList } from './address-list.ts';
import { clientAddress, rateKey } from './client-address.ts';
import type { Refusal } from './refusals.ts';

export interface Sender {
  address: string;
  /** Who sends, as rate limits count senders. */
  sender: string;
}

interface Limit {
  rates: RateLimiter;
  /** Requests a second from one address; 0 is no limit. */
  ipRate: number;
  trustedProxies: AddressList;
  /** Refuses what a trusted proxy says came by http; default false. */
  requireHttps?: boolean;
}

/** Who sends a request, or that there are too many from this address. */
export type SenderOf = (request: IncomingMessage) => Sender | (Refusal & { reason: 'ip_rate' | 'https' });

export function createSenderOf({ rates, ipRate, trustedProxies, requireHttps = false }: Limit): SenderOf {
  const rate = { perSecond: ipRate, burst: Math.max(1, ipRate) };
  return ({ headers, socket }) => {
    const socketAddress = socket.remoteAddress ?? '';
    if (requireHttps && trustedProxies.has(socketAddress) && cameByHttp(headers)) return { reason: 'https' };
    const forwarded = headers['x-forwarded-for'] as string | undefined;
    const address = clientAddress(socketAddress, forwarded, trustedProxies);
    const sender = rateKey(address);
    const wait = ipRate > 0 ? rates.take(`ip:${sender}`, rate) : 0;
    return wait > 0 ? { reason: 'ip_rate', retryAfterSeconds: wait } : { address, sender };
  };
}

/** The proxy next to us wrote the last of several values; it may use either header, and http in one of them counts. */
export function cameByHttp(headers: IncomingHttpHeaders): boolean {
  const lastOf = (name: string): string =>
    String(headers[name] ?? '')
      .split(',')
      .at(-1)
      ?.trim() ?? '';
  const [, proto = ''] = /(?:^|;)\s*proto="?(\w+)"?/i.exec(lastOf('forwarded')) ?? [];
  return [lastOf('x-forwarded-proto'), proto].some((scheme) => scheme.toLowerCase() === 'http');
}
