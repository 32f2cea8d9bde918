import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Source } from '../sources/sources.ts';
import { type BodyKind, bodyKindOf } from './content-type.ts';
import type { Refusal } from './refusals.ts';
import type { SenderOf } from './sender.ts';

interface Gate {
  sources: { get(name: string): Source | undefined };
  senderOf: SenderOf;
  /** Whether an operator claims to send the body; the claim is verified later. */
  isResubmission(headers: IncomingHttpHeaders): boolean;
}

export interface Admitted {
  source: Source;
  /** Who sends, as rate limits count senders. */
  sender: string;
}

const JSON_ONLY: readonly BodyKind[] = ['json'];

/** Everything that can be judged before the body is read, the cheapest and least telling first. */
export function createAdmission({ sources, senderOf, isResubmission }: Gate) {
  return function admit(request: IncomingMessage, sourceName: string): Admitted | Refusal {
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
  };
}
