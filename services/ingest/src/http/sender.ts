import type { IncomingMessage } from 'node:http';
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
}

/** Who sends a request, or that there are too many from this address. */
export type SenderOf = (request: IncomingMessage) => Sender | (Refusal & { reason: 'ip_rate' });

export function createSenderOf({ rates, ipRate, trustedProxies }: Limit): SenderOf {
  const rate = { perSecond: ipRate, burst: Math.max(1, ipRate) };
  return ({ headers, socket }) => {
    const forwarded = headers['x-forwarded-for'] as string | undefined;
    const address = clientAddress(socket.remoteAddress ?? '', forwarded, trustedProxies);
    const sender = rateKey(address);
    const wait = ipRate > 0 ? rates.take(`ip:${sender}`, rate) : 0;
    return wait > 0 ? { reason: 'ip_rate', retryAfterSeconds: wait } : { address, sender };
  };
}
