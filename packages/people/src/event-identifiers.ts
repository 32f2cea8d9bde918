import type { AnyEvent, EventType, FieldsOf } from '@switchboard/events';
import { type Identifier, type Kind, kinds, readSentIdentifier } from './identifier.ts';

type Texts<T> = { [K in keyof T & string]: T[K] extends string | null ? K : never }[keyof T & string];
type Path<T> = Texts<T> | (T extends { customer: infer C } ? `customer.${Texts<NonNullable<C>>}` : never);
type Paths<T extends EventType> = { readonly [K in Kind]?: Path<FieldsOf<T>> };

const shopper = { user: 'userId', customer: 'customerId', email: 'email', phone: 'phone' } as const;
const reporter = { user: 'userId', email: 'email', phone: 'phone' } as const;
const chatter = { user: 'userId', email: 'customer.email', phone: 'customer.phone' } as const;

/** The fields that name the person of an event. The other types name no person, or are too many to learn from. */
export const identifierFields = {
  'order.created': shopper,
  'order.shipped': shopper,
  'order.delivered': shopper,
  'order.cancelled': shopper,
  'payment.confirmed': shopper,
  'payment.failed': shopper,
  'payment.refunded': shopper,
  'subscription.changed': shopper,
  'fraud.flagged': shopper,
  'customer.updated': shopper,
  'lead.captured': reporter,
  'ticket.created': reporter,
  'ticket.updated': reporter,
  'conversation.escalated': chatter,
  'conversation.resolved': chatter,
  'conversation.unresolved': chatter,
  'message.status': { user: 'userId', phone: 'phone' },
  'preference.updated': { user: 'userId', email: 'email', slack: 'slackUserId' },
} as const satisfies { readonly [T in EventType]?: Paths<T> };

/** The identifiers of the event's person that can be used, at most one of each kind. */
export function identifiersOf(event: AnyEvent): Identifier[] {
  const fields = (identifierFields as { readonly [type: string]: { readonly [K in Kind]?: string } })[event.meta.type];
  if (fields === undefined) return [];
  return kinds.flatMap((kind) => {
    const text = fields[kind] === undefined ? undefined : textAt(event, fields[kind]);
    return (text === undefined ? undefined : readSentIdentifier(kind, text, event.meta.source)) ?? [];
  });
}

function textAt(event: object, path: string): string | undefined {
  let value: unknown = event;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' ? value : undefined;
}
