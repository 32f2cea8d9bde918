import type { Problem } from '@switchboard/events';
import { isPublicEventType, nearMiss } from '@switchboard/events';
import type { Json } from '@switchboard/providers';
import { type Item, PartItem } from '../event/items.ts';
import { asWebhook } from './batch.ts';
import type { ApiClient } from './clients.ts';

export type Check =
  | { readonly ok: true; readonly item: Item; readonly id: string | undefined }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly id: string | undefined };

/** Whether the client may send the event, and its type is in the catalogue. */
export function checkEvent(event: Json, index: number, { types }: ApiClient): Check {
  const webhook = asWebhook(event);
  if (webhook === undefined) return invalid(undefined, 'type', 'is required: send an object with "type" and "data"');
  const { event: type, event_id: given } = webhook as { event: string; event_id?: unknown };
  const id = typeof given === 'string' ? given : undefined;
  if (!isPublicEventType(type)) {
    const meant = nearMiss(type);
    return invalid(id, 'type', `is not in the catalogue${meant === undefined ? '' : `: did you mean ${meant}?`}`);
  }
  if (types?.has(type) === false) return invalid(id, 'type', 'is not among the types that this key may send');
  return { ok: true, id, item: new PartItem(webhook as Json, index) };
}

const invalid = (id: string | undefined, path: string, message: string): Check => ({
  ok: false,
  id,
  problems: [{ path, message }],
});
