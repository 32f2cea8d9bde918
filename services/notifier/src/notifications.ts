import type { EventOf, EventType } from '@switchboard/events';
import type { RequestedMessage } from './texts/requested-message.ts';

/** The message for an event type: its recipients and its expiry. */
export interface Notification<T extends EventType = EventType> {
  /** The ids of the recipients. `agents` receive every message, on Slack. */
  readonly to: (event: EventOf<T>) => readonly string[] | 'agents';
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

const one = (userId: string | null): readonly string[] => (userId === null ? [] : [userId]);
const never = (): boolean => false;
const order = ({ orderId }: { orderId: string }): string => `order:${orderId}`;
const incident = ({ incidentId }: { incidentId: string }): string => `incident:${incidentId}`;
const maintenance = ({ maintenanceId }: { maintenanceId: string }): string => `maintenance:${maintenanceId}`;
const isCritical = ({ severity }: { severity: string | null }): boolean => severity?.toLowerCase() === 'critical';

export const notifications = {
  'order.created': { to: ({ userId }) => one(userId), about: order, urgent: never, expiresAfterMs: DAY },
  'order.shipped': { to: ({ userId }) => one(userId), about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'order.delivered': { to: ({ userId }) => one(userId), about: order, urgent: never, expiresAfterMs: DAY },
  'order.cancelled': { to: ({ userId }) => one(userId), about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'payment.confirmed': { to: ({ userId }) => one(userId), about: order, urgent: never, expiresAfterMs: DAY },
  'payment.failed': { to: ({ userId }) => one(userId), about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'payment.refunded': { to: ({ userId }) => one(userId), about: order, urgent: never, expiresAfterMs: 3 * DAY },
  'subscription.changed': {
    to: ({ userId }) => one(userId),
    about: ({ subscriptionId, userId }) => `subscription:${subscriptionId ?? userId}`,
    urgent: never,
    expiresAfterMs: 3 * DAY,
  },
  'stock.replenished': {
    to: ({ userIds }) => userIds,
    about: ({ productId, sku }) => `product:${productId ?? sku}`,
    urgent: never,
    expiresAfterMs: DAY,
  },
  'incident.opened': { to: ({ userIds }) => userIds, about: incident, urgent: isCritical, expiresAfterMs: 4 * HOUR },
  'incident.resolved': { to: ({ userIds }) => userIds, about: incident, urgent: isCritical, expiresAfterMs: 12 * HOUR },
  'maintenance.scheduled': { to: ({ userIds }) => userIds, about: maintenance, urgent: never, expiresAfterMs: 3 * DAY },
  'deploy.finished': {
    to: ({ userIds }) => userIds,
    about: ({ deploymentId }) => `deployment:${deploymentId}`,
    urgent: never,
    expiresAfterMs: 12 * HOUR,
  },
  'build.failed': {
    to: ({ userIds }) => userIds,
    about: ({ buildId }) => `build:${buildId}`,
    urgent: never,
    expiresAfterMs: 12 * HOUR,
  },
  'conversation.escalated': {
    to: () => 'agents',
    about: ({ conversationId }) => `conversation:${conversationId}`,
    urgent: () => true,
    expiresAfterMs: DAY,
  },
} satisfies { [T in EventType]?: Notification<T> };

/** A message that a flow or an action requests, with its own texts. */
export const requestedMessage: Notification<'message.requested'> = {
  to: ({ userId }) => one(userId),
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
