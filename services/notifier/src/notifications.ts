import type { EventOf, EventType } from '@switchboard/events';
import type { RequestedMessage } from './texts/requested-message.ts';

/** The message for an event type: what it is about and its expiry. */
export interface Notification<T extends EventType = EventType> {
  /** Messages about the same thing reach a person in the order of their events. */
  readonly about: (event: EventOf<T>) => string;
  /** Bypasses quiet hours, digests and rate limits. */
  readonly urgent: (event: EventOf<T>) => boolean;
  /** The lifetime of the message. */
  readonly expiresAfterMs: number;
  /** When the event itself says when its message expires. */
  readonly expiresAt?: (event: EventOf<T>) => number;
  /** The text, if the event brings its own instead of a template's. */
  readonly requested?: (event: EventOf<T>) => RequestedMessage;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const never = (): boolean => false;
const order = ({ orderId }: { orderId: string }): string => `order:${orderId}`;
const incident = ({ incidentId }: { incidentId: string }): string => `incident:${incidentId}`;
const ticket = ({ ticketId }: { ticketId: string }): string => `ticket:${ticketId}`;
const maintenance = ({ maintenanceId }: { maintenanceId: string }): string => `maintenance:${maintenanceId}`;
const isCritical = ({ severity }: { severity: string | null }): boolean => severity?.toLowerCase() === 'critical';

export const notifications = {
  'order.created': { about: order, urgent: never, expiresAfterMs: DAY },
  'order.shipped': { about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'order.delivered': { about: order, urgent: never, expiresAfterMs: DAY },
  'order.cancelled': { about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'payment.confirmed': { about: order, urgent: never, expiresAfterMs: DAY },
  'payment.failed': { about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'payment.refunded': { about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'subscription.changed': {
    about: ({ subscriptionId, userId }) => `subscription:${subscriptionId ?? userId}`,
    urgent: never,
    expiresAfterMs: 3 * DAY,
  },
  'stock.replenished': {
    about: ({ productId, sku }) => `product:${productId ?? sku}`,
    urgent: never,
    expiresAfterMs: DAY,
  },
  'incident.opened': { about: incident, urgent: isCritical, expiresAfterMs: 4 * HOUR },
  'incident.resolved': { about: incident, urgent: isCritical, expiresAfterMs: 12 * HOUR },
  'maintenance.scheduled': { about: maintenance, urgent: never, expiresAfterMs: 3 * DAY },
  'deploy.finished': {
    about: ({ deploymentId }) => `deployment:${deploymentId}`,
    urgent: never,
    expiresAfterMs: 12 * HOUR,
  },
  'build.failed': {
    about: ({ buildId }) => `build:${buildId}`,
    urgent: never,
    expiresAfterMs: 12 * HOUR,
  },
  'conversation.escalated': {
    about: ({ conversationId }) => `conversation:${conversationId}`,
    urgent: () => true,
    expiresAfterMs: DAY,
  },
  'lead.captured': {
    about: ({ leadId, conversationId, email, userId }) => `lead:${leadId ?? conversationId ?? email ?? userId}`,
    urgent: never,
    expiresAfterMs: DAY,
  },
  'conversation.unresolved': {
    about: ({ conversationId }) => `conversation:${conversationId}`,
    urgent: never,
    expiresAfterMs: DAY,
  },
  'message.status': { about: ({ messageId }) => `message:${messageId}`, urgent: never, expiresAfterMs: 12 * HOUR },
  'fraud.flagged': { about: order, urgent: () => true, expiresAfterMs: DAY },
  'stock.changed': {
    about: ({ productId, sku }) => `product:${productId ?? sku}`,
    urgent: never,
    expiresAfterMs: 12 * HOUR,
  },
  'ticket.created': { about: ticket, urgent: never, expiresAfterMs: DAY },
  'ticket.updated': { about: ticket, urgent: never, expiresAfterMs: DAY },
} satisfies { [T in EventType]?: Notification<T> };

/** A message that a flow or an action requests, with its own texts. */
export const requestedMessage: Notification<'message.requested'> = {
  about: ({ about, conversationId, userId }) => about ?? `conversation:${conversationId ?? userId}`,
  urgent: ({ urgent }) => urgent,
  expiresAfterMs: DAY,
  expiresAt: ({ expiresAt, meta }) => expiresAt ?? meta.receivedAt + DAY,
  requested: ({ texts, title, conversationId, solicited }) => ({ texts, title, conversationId, solicited }),
};

export type NotifiedType = keyof typeof notifications;

export const notifiedTypes = Object.keys(notifications) as readonly NotifiedType[];

/** Types that may be urgent run first when more events are ready than can run. */
export const urgentTypes = notifiedTypes.filter((type) => notifications[type].urgent !== never);
