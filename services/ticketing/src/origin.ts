import { createHash } from 'node:crypto';
import { type EventOf, identityOf } from '@switchboard/events';
import { oneLine } from './plain-text.ts';

/** The event that a ticket or a comment comes from, and the ids to find it by. */
export interface Origin {
  readonly conversationId: string;
  /** The same for all events of a tenant's conversation. Every helpdesk accepts it as an id, label or text. */
  readonly conversation: string;
  /** The same for every attempt of an event. */
  readonly event: string;
  readonly requester: Requester;
}

export interface Requester {
  readonly name: string;
  /** Absent if no plausible address is known. */
  readonly email: string | undefined;
  /** The platform's id of the person, or else of the conversation. */
  readonly externalId: string;
}

type ConversationEvent = EventOf<'conversation.escalated' | 'conversation.resolved' | 'conversation.unresolved'>;

/** Helpdesks refuse tickets with a malformed address. */
const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+$/i;

/** @param scope the connection, of one tenant, that the event is carried to */
export function originOf({ meta, conversationId, customer, userId }: ConversationEvent, scope?: string): Origin {
  const email = customer?.email?.trim();
  const scoped = scope === undefined ? [] : [scope];
  return {
    conversationId: oneLine(conversationId, 250),
    conversation: `switchboard-${digest(JSON.stringify([meta.tenant, conversationId, ...scoped]))}`,
    event: digest(scope === undefined ? identityOf(meta) : JSON.stringify([identityOf(meta), scope])),
    requester: {
      name: oneLine(customer?.name ?? '', 100) || 'Customer',
      email: email !== undefined && EMAIL.test(email) ? email : undefined,
      externalId: oneLine(userId ?? conversationId, 250),
    },
  };
}

/** The last line of a ticket or comment, by which a look-up finds it. */
export const referenceOf = ({ conversation, event }: Origin): string => `${conversation}/${event}`;

/** Whether a text is a ticket or a comment of this service, as its reference shows. */
export const isOurs = (text: string): boolean => /switchboard-[0-9a-f]{24}\/[0-9a-f]{24}/.test(text);

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);
