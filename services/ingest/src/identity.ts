import { hash } from 'node:crypto';
import type { EventType, FieldsOf } from '@switchboard/events';
import { isGiven } from './envelope.ts';

/** Long enough for every id in use, short enough for a header and a key. */
export const LONGEST_ID = 256;

interface Anonymous {
  type: EventType;
  fields: FieldsOf<EventType>;
  /** As it was sent: readings may coincide where the texts do not. */
  timestamp: unknown;
  body: Buffer;
}

/** The id of an event whose sender gave none: the same event gets the same id whenever it is sent. */
export function derivedId({ type, fields, timestamp, body }: Anonymous): string {
  const { conversationId, messageId } = fields as { conversationId?: string | null; messageId?: string | null };
  // Messages come several in a second: only their own id tells them apart.
  const mark = type === 'message.received' ? messageId && encodeURIComponent(messageId) : timestamp;
  if (isGiven(conversationId) && isGiven(mark)) {
    const id = `${conversationId}:${mark}:${type}`;
    if (id.length <= LONGEST_ID) return id;
  }
  return `sha256:${hash('sha256', body)}`;
}
