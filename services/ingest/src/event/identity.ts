import { hash } from 'node:crypto';
import type { AnyEvent, EventType, FieldsOf } from '@switchboard/events';
import { withoutIgnored } from './ignored-fields.ts';
import type { Item } from './items.ts';

/** Long enough for every id in use, short enough for a header and a key. */
export const LONGEST_ID = 256;

/** Senders write an absent value in three ways. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

interface Anonymous {
  type: EventType;
  fields: FieldsOf<EventType>;
  /** As it was sent: readings may coincide where the texts do not. */
  timestamp: unknown;
  item: Pick<Item, 'bytes'>;
}

export interface DerivedId {
  id: string;
  /** Whether equal bodies may be different events: the sender gave neither an id nor a time. */
  isAmbiguous: boolean;
}

/** The id of an event whose sender gave none, made from what tells it apart. */
export function deriveId({ type, fields, timestamp, item }: Anonymous): DerivedId {
  const { conversationId, messageId } = fields as { conversationId?: string | null; messageId?: string | null };
  // Messages come several in a second: only their own id tells them apart.
  const mark = type === 'message.received' ? messageId && encodeURIComponent(messageId) : timestamp;
  if (isGiven(conversationId) && isGiven(mark)) {
    const id = `${conversationId}:${mark}:${type}`;
    if (id.length <= LONGEST_ID) return { id, isAmbiguous: false };
  }
  return { id: `sha256:${hash('sha256', item.bytes)}`, isAmbiguous: !isGiven(timestamp) };
}

/** Enough of a digest to tell two contents of one id apart. */
const CONTENT_LENGTH = 16;

/**
 * What an event says, without when it came: the same for a repeat, whatever its spelling and the order of its keys.
 * @param ignored the unmapped fields that say nothing
 */
export function contentOf(event: AnyEvent, ignored: readonly string[]): string {
  const { meta } = event;
  // Put back at once: a copy of the event would cost as much as the digest.
  (event as { meta: unknown }).meta = withoutIgnored(meta.extra, ignored);
  try {
    return hash('sha256', JSON.stringify(event), 'base64url').slice(0, CONTENT_LENGTH);
  } finally {
    (event as { meta: unknown }).meta = meta;
  }
}
