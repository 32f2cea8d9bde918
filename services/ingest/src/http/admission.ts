import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Source } from '../sources/sources.ts';
import type { AddressList } from './address-list.ts';
import { clientAddress, rateKey } from './client-address.ts';
import { type BodyKind, bodyKindOf } from './content-type.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Refusal } from './refusals.ts';

interface Gate {
  sources: { get(name: string): Source | undefined };
  rates: RateLimiter;
  /** Requests a second from one address; 0 is no limit. */
  ipRate: number;
  trustedProxies: AddressList;
  /** Whether an operator claims to send the body; the claim is verified later. */
  isResubmission(headers: IncomingHttpHeaders): boolean;
}

export interface Admitted {
  source: Source;
  /** Who sends, as rate limits count senders. */
  sender: string;
}

const JSON_ONLY: readonly BodyKind[] = ['json'];

export interface Sender {
  address: string;
  /** Who sends, as rate limits count senders. */
  sender: string;
}

/** Everything that can be judged before the body is read, the cheapest and least telling first. */
export function createAdmission({ sources, rates, ipRate, trustedProxies, isResubmission }: Gate) {
  const rate = { perSecond: ipRate, burst: Math.max(1, ipRate) };

  function senderOf(request: IncomingMessage): Sender | Refusal {
    const forwarded = request.headers['x-forwarded-for'] as string | undefined;
    const address = clientAddress(request.socket.remoteAddress ?? '', forwarded, trustedProxies);
    const sender = rateKey(address);
    const wait = ipRate > 0 ? rates.take(`ip:${sender}`, rate) : 0;
    return wait > 0 ? { reason: 'ip_rate', retryAfterSeconds: wait } : { address, sender };
  }

  function admit(request: IncomingMessage, sourceName: string): Admitted | Refusal {
    const { headers } = request;
    const source = sources.get(sourceName);
    const from = senderOf(request);
    if ('reason' in from) return from;
    const { address, sender } = from;
    if (source?.allow?.has(address) === false && !isResubmission(headers)) return { reason: 'address' };
    if (source === undefined) return { reason: 'unknown_source' };
    const { bodies = JSON_ONLY, methods } = source.provider;
    if (request.method === 'GET') return methods?.includes('GET') ? { source, sender } : { reason: 'method' };
    if (request.method === 'HEAD') return { source, sender };
    const kind = bodyKindOf(headers['content-type']);
    if (headers['content-encoding'] !== undefined || kind === undefined || !bodies.includes(kind)) {
      return { reason: 'content_type' };
    }
    if (Number(headers['content-length'] ?? 0) > source.maxBytes) return { reason: 'too_large' };
    return { source, sender };
  }

  return { admit, senderOf };
}
