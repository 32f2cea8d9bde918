import type { AnyEvent } from '@switchboard/events';
import type { Provider, Reply } from '@switchboard/providers';
import { type Answer, answerTo, type Refusal, refusals } from './http/refusals.ts';

/** What became of an item, or of one of its events. */
export type ItemResult =
  | { readonly kind: 'accepted' | 'duplicate'; readonly event: AnyEvent }
  /** Its type is not in the catalogue. */
  | { readonly kind: 'skipped'; readonly hint: string | undefined }
  /** It cannot become an event, and was kept in quarantine. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It could not be stored: the sender must send it again. */
  | { readonly kind: 'unavailable'; readonly refusal: Refusal };

/** The answer to a webhook. 200 means that all of its good items are in Kafka. */
export function answerOf(
  results: readonly ItemResult[],
  { refusesBadBodies, reply }: Pick<Provider, 'refusesBadBodies' | 'reply'>,
): Answer {
  const [only] = results;
  const unavailable = results.find((result) => result.kind === 'unavailable');
  if (unavailable !== undefined) return answerTo(unavailable.refusal);
  const refused = results.find((result) => result.kind === 'refused');
  if (refused !== undefined && refusesBadBodies) return answerTo(refused.refusal);
  if (reply !== undefined) return replyWith(reply);
  if (only === undefined || results.length > 1 || only.kind === 'refused' || only.kind === 'unavailable') {
    return { status: 200, body: tally(results) };
  }
  if (only.kind === 'skipped') {
    const hint = only.hint === undefined ? {} : { hint: only.hint };
    return { status: 200, body: { skipped: true, reason: 'Unhandled event type', ...hint } };
  }
  return { status: 200, body: received(only.event, only.kind === 'duplicate') };
}

export const replyWith = ({ status, contentType, body }: Reply): Answer => ({ status, contentType, body });

function received(event: AnyEvent, duplicate: boolean): object {
  const { conversationId } = event as { conversationId?: string | null };
  const what = conversationId ? { conversationId } : { id: event.meta.id };
  return duplicate ? { received: true, ...what, duplicate } : { received: true, ...what };
}

/** How many items became what; only what happened. */
function tally(results: readonly ItemResult[]): object {
  const names = { accepted: 'events', duplicate: 'duplicates', skipped: 'skipped', refused: 'quarantined' } as const;
  const counts: Record<string, number> = {};
  for (const { kind } of results) {
    if (kind !== 'unavailable') counts[names[kind]] = (counts[names[kind]] ?? 0) + 1;
  }
  return { received: true, ...counts };
}

/** Whether the same request may succeed later, without a change. */
export const isUnavailable = ({ reason }: Refusal): boolean => refusals[reason].status === 503;
