// Generated from schemas/ by `npm run generate`. Do not edit.

import * as actionCompleted from './events/action-completed.ts';
import * as articlePublished from './events/article-published.ts';
import * as articleUnpublished from './events/article-unpublished.ts';
import * as articleUpdated from './events/article-updated.ts';
import * as buildFailed from './events/build-failed.ts';
import * as conversationEscalated from './events/conversation-escalated.ts';
import * as conversationResolved from './events/conversation-resolved.ts';
import * as conversationUnresolved from './events/conversation-unresolved.ts';
import * as customerUpdated from './events/customer-updated.ts';
import * as deployFinished from './events/deploy-finished.ts';
import * as flowTimeout from './events/flow-timeout.ts';
import * as followEnded from './events/follow-ended.ts';
import * as followStarted from './events/follow-started.ts';
import * as fraudFlagged from './events/fraud-flagged.ts';
import * as incidentOpened from './events/incident-opened.ts';
import * as incidentResolved from './events/incident-resolved.ts';
import * as inventoryReserved from './events/inventory-reserved.ts';
import * as leadCaptured from './events/lead-captured.ts';
import * as maintenanceScheduled from './events/maintenance-scheduled.ts';
import * as messageReceived from './events/message-received.ts';
import * as messageRequested from './events/message-requested.ts';
import * as messageStatus from './events/message-status.ts';
import * as orderCancelled from './events/order-cancelled.ts';
import * as orderCreated from './events/order-created.ts';
import * as orderDelivered from './events/order-delivered.ts';
import * as orderShipped from './events/order-shipped.ts';
import * as paymentConfirmed from './events/payment-confirmed.ts';
import * as paymentFailed from './events/payment-failed.ts';
import * as paymentRefunded from './events/payment-refunded.ts';
import * as preferenceUpdated from './events/preference-updated.ts';
import * as stockChanged from './events/stock-changed.ts';
import * as stockReplenished from './events/stock-replenished.ts';
import * as subscriptionChanged from './events/subscription-changed.ts';
import * as ticketCreated from './events/ticket-created.ts';
import * as ticketUpdated from './events/ticket-updated.ts';
import type { ActionCompleted } from './types/actions.ts';
import type {
  ConversationEscalated,
  ConversationResolved,
  ConversationUnresolved,
  LeadCaptured,
  MessageReceived,
  MessageRequested,
  MessageStatus,
} from './types/chat.ts';
import type {
  FraudFlagged,
  InventoryReserved,
  OrderCancelled,
  OrderCreated,
  OrderDelivered,
  OrderShipped,
  PaymentConfirmed,
  PaymentFailed,
  PaymentRefunded,
  StockChanged,
  StockReplenished,
  SubscriptionChanged,
} from './types/commerce.ts';
import type { ArticlePublished, ArticleUnpublished, ArticleUpdated } from './types/content.ts';
import type { FlowTimeout } from './types/flows.ts';
import type {
  BuildFailed,
  DeployFinished,
  IncidentOpened,
  IncidentResolved,
  MaintenanceScheduled,
} from './types/ops.ts';
import type { CustomerUpdated, FollowEnded, FollowStarted, PreferenceUpdated } from './types/people.ts';
import type { TicketCreated, TicketUpdated } from './types/support.ts';

export type * from './types/actions.ts';
export type * from './types/chat.ts';
export type * from './types/commerce.ts';
export type * from './types/content.ts';
export type * from './types/flows.ts';
export type * from './types/ops.ts';
export type * from './types/people.ts';
export type * from './types/shared.ts';
export type * from './types/support.ts';

/** The fields of each event type, without `meta`. */
export interface FieldsByType {
  'conversation.escalated': ConversationEscalated;
  'conversation.resolved': ConversationResolved;
  'conversation.unresolved': ConversationUnresolved;
  'message.received': MessageReceived;
  'lead.captured': LeadCaptured;
  'message.status': MessageStatus;
  'order.created': OrderCreated;
  'order.shipped': OrderShipped;
  'payment.confirmed': PaymentConfirmed;
  'inventory.reserved': InventoryReserved;
  'order.cancelled': OrderCancelled;
  'order.delivered': OrderDelivered;
  'payment.failed': PaymentFailed;
  'payment.refunded': PaymentRefunded;
  'subscription.changed': SubscriptionChanged;
  'stock.changed': StockChanged;
  'stock.replenished': StockReplenished;
  'fraud.flagged': FraudFlagged;
  'article.published': ArticlePublished;
  'article.updated': ArticleUpdated;
  'article.unpublished': ArticleUnpublished;
  'incident.opened': IncidentOpened;
  'incident.resolved': IncidentResolved;
  'deploy.finished': DeployFinished;
  'build.failed': BuildFailed;
  'maintenance.scheduled': MaintenanceScheduled;
  'preference.updated': PreferenceUpdated;
  'follow.started': FollowStarted;
  'follow.ended': FollowEnded;
  'customer.updated': CustomerUpdated;
  'ticket.created': TicketCreated;
  'ticket.updated': TicketUpdated;
  'message.requested': MessageRequested;
  'flow.timeout': FlowTimeout;
  'action.completed': ActionCompleted;
}

export const entries = {
  'conversation.escalated': {
    ...conversationEscalated,
    type: 'conversation.escalated',
    topic: 'chat.conversations',
    keyField: 'conversationId',
    keyFields: ['conversationId'],
    recordName: 'switchboard.chat.ConversationEscalated',
    subject: 'chat.conversations-switchboard.chat.ConversationEscalated',
    internal: false,
  },
  'conversation.resolved': {
    ...conversationResolved,
    type: 'conversation.resolved',
    topic: 'chat.conversations',
    keyField: 'conversationId',
    keyFields: ['conversationId'],
    recordName: 'switchboard.chat.ConversationResolved',
    subject: 'chat.conversations-switchboard.chat.ConversationResolved',
    internal: false,
  },
  'conversation.unresolved': {
    ...conversationUnresolved,
    type: 'conversation.unresolved',
    topic: 'chat.conversations',
    keyField: 'conversationId',
    keyFields: ['conversationId'],
    recordName: 'switchboard.chat.ConversationUnresolved',
    subject: 'chat.conversations-switchboard.chat.ConversationUnresolved',
    internal: false,
  },
  'message.received': {
    ...messageReceived,
    type: 'message.received',
    topic: 'chat.conversations',
    keyField: 'conversationId',
    keyFields: ['conversationId', 'userId'],
    recordName: 'switchboard.chat.MessageReceived',
    subject: 'chat.conversations-switchboard.chat.MessageReceived',
    internal: false,
  },
  'lead.captured': {
    ...leadCaptured,
    type: 'lead.captured',
    topic: 'chat.conversations',
    keyField: 'conversationId',
    keyFields: ['conversationId', 'leadId', 'userId', 'email', 'phone'],
    recordName: 'switchboard.chat.LeadCaptured',
    subject: 'chat.conversations-switchboard.chat.LeadCaptured',
    internal: false,
  },
  'message.status': {
    ...messageStatus,
    type: 'message.status',
    topic: 'chat.conversations',
    keyField: 'conversationId',
    keyFields: ['conversationId', 'userId'],
    recordName: 'switchboard.chat.MessageStatus',
    subject: 'chat.conversations-switchboard.chat.MessageStatus',
    internal: false,
  },
  'order.created': {
    ...orderCreated,
    type: 'order.created',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.OrderCreated',
    subject: 'commerce.orders-switchboard.commerce.OrderCreated',
    internal: false,
  },
  'order.shipped': {
    ...orderShipped,
    type: 'order.shipped',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.OrderShipped',
    subject: 'commerce.orders-switchboard.commerce.OrderShipped',
    internal: false,
  },
  'payment.confirmed': {
    ...paymentConfirmed,
    type: 'payment.confirmed',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.PaymentConfirmed',
    subject: 'commerce.orders-switchboard.commerce.PaymentConfirmed',
    internal: false,
  },
  'inventory.reserved': {
    ...inventoryReserved,
    type: 'inventory.reserved',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.InventoryReserved',
    subject: 'commerce.orders-switchboard.commerce.InventoryReserved',
    internal: false,
  },
  'order.cancelled': {
    ...orderCancelled,
    type: 'order.cancelled',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.OrderCancelled',
    subject: 'commerce.orders-switchboard.commerce.OrderCancelled',
    internal: false,
  },
  'order.delivered': {
    ...orderDelivered,
    type: 'order.delivered',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.OrderDelivered',
    subject: 'commerce.orders-switchboard.commerce.OrderDelivered',
    internal: false,
  },
  'payment.failed': {
    ...paymentFailed,
    type: 'payment.failed',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.PaymentFailed',
    subject: 'commerce.orders-switchboard.commerce.PaymentFailed',
    internal: false,
  },
  'payment.refunded': {
    ...paymentRefunded,
    type: 'payment.refunded',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.PaymentRefunded',
    subject: 'commerce.orders-switchboard.commerce.PaymentRefunded',
    internal: false,
  },
  'subscription.changed': {
    ...subscriptionChanged,
    type: 'subscription.changed',
    topic: 'commerce.subscriptions',
    keyField: 'subscriptionId',
    keyFields: ['subscriptionId', 'userId'],
    recordName: 'switchboard.commerce.SubscriptionChanged',
    subject: 'commerce.subscriptions-switchboard.commerce.SubscriptionChanged',
    internal: false,
  },
  'stock.changed': {
    ...stockChanged,
    type: 'stock.changed',
    topic: 'commerce.stock',
    keyField: 'productId',
    keyFields: ['productId', 'sku'],
    recordName: 'switchboard.commerce.StockChanged',
    subject: 'commerce.stock-switchboard.commerce.StockChanged',
    internal: false,
  },
  'stock.replenished': {
    ...stockReplenished,
    type: 'stock.replenished',
    topic: 'commerce.stock',
    keyField: 'productId',
    keyFields: ['productId', 'sku'],
    recordName: 'switchboard.commerce.StockReplenished',
    subject: 'commerce.stock-switchboard.commerce.StockReplenished',
    internal: false,
  },
  'fraud.flagged': {
    ...fraudFlagged,
    type: 'fraud.flagged',
    topic: 'commerce.orders',
    keyField: 'orderId',
    keyFields: ['orderId'],
    recordName: 'switchboard.commerce.FraudFlagged',
    subject: 'commerce.orders-switchboard.commerce.FraudFlagged',
    internal: false,
  },
  'article.published': {
    ...articlePublished,
    type: 'article.published',
    topic: 'content.articles',
    keyField: 'articleId',
    keyFields: ['articleId'],
    recordName: 'switchboard.content.ArticlePublished',
    subject: 'content.articles-switchboard.content.ArticlePublished',
    internal: false,
  },
  'article.updated': {
    ...articleUpdated,
    type: 'article.updated',
    topic: 'content.articles',
    keyField: 'articleId',
    keyFields: ['articleId'],
    recordName: 'switchboard.content.ArticleUpdated',
    subject: 'content.articles-switchboard.content.ArticleUpdated',
    internal: false,
  },
  'article.unpublished': {
    ...articleUnpublished,
    type: 'article.unpublished',
    topic: 'content.articles',
    keyField: 'articleId',
    keyFields: ['articleId'],
    recordName: 'switchboard.content.ArticleUnpublished',
    subject: 'content.articles-switchboard.content.ArticleUnpublished',
    internal: false,
  },
  'incident.opened': {
    ...incidentOpened,
    type: 'incident.opened',
    topic: 'ops.incidents',
    keyField: 'incidentId',
    keyFields: ['incidentId'],
    recordName: 'switchboard.ops.IncidentOpened',
    subject: 'ops.incidents-switchboard.ops.IncidentOpened',
    internal: false,
  },
  'incident.resolved': {
    ...incidentResolved,
    type: 'incident.resolved',
    topic: 'ops.incidents',
    keyField: 'incidentId',
    keyFields: ['incidentId'],
    recordName: 'switchboard.ops.IncidentResolved',
    subject: 'ops.incidents-switchboard.ops.IncidentResolved',
    internal: false,
  },
  'deploy.finished': {
    ...deployFinished,
    type: 'deploy.finished',
    topic: 'ops.deployments',
    keyField: 'deploymentId',
    keyFields: ['deploymentId'],
    recordName: 'switchboard.ops.DeployFinished',
    subject: 'ops.deployments-switchboard.ops.DeployFinished',
    internal: false,
  },
  'build.failed': {
    ...buildFailed,
    type: 'build.failed',
    topic: 'ops.deployments',
    keyField: 'buildId',
    keyFields: ['buildId'],
    recordName: 'switchboard.ops.BuildFailed',
    subject: 'ops.deployments-switchboard.ops.BuildFailed',
    internal: false,
  },
  'maintenance.scheduled': {
    ...maintenanceScheduled,
    type: 'maintenance.scheduled',
    topic: 'ops.maintenance',
    keyField: 'maintenanceId',
    keyFields: ['maintenanceId'],
    recordName: 'switchboard.ops.MaintenanceScheduled',
    subject: 'ops.maintenance-switchboard.ops.MaintenanceScheduled',
    internal: false,
  },
  'preference.updated': {
    ...preferenceUpdated,
    type: 'preference.updated',
    topic: 'people.preferences',
    keyField: 'userId',
    keyFields: ['userId'],
    recordName: 'switchboard.people.PreferenceUpdated',
    subject: 'people.preferences-switchboard.people.PreferenceUpdated',
    internal: false,
  },
  'follow.started': {
    ...followStarted,
    type: 'follow.started',
    topic: 'people.preferences',
    keyField: 'userId',
    keyFields: ['userId'],
    recordName: 'switchboard.people.FollowStarted',
    subject: 'people.preferences-switchboard.people.FollowStarted',
    internal: false,
  },
  'follow.ended': {
    ...followEnded,
    type: 'follow.ended',
    topic: 'people.preferences',
    keyField: 'userId',
    keyFields: ['userId'],
    recordName: 'switchboard.people.FollowEnded',
    subject: 'people.preferences-switchboard.people.FollowEnded',
    internal: false,
  },
  'customer.updated': {
    ...customerUpdated,
    type: 'customer.updated',
    topic: 'people.customers',
    keyField: 'customerId',
    keyFields: ['customerId', 'userId', 'email'],
    recordName: 'switchboard.people.CustomerUpdated',
    subject: 'people.customers-switchboard.people.CustomerUpdated',
    internal: false,
  },
  'ticket.created': {
    ...ticketCreated,
    type: 'ticket.created',
    topic: 'support.tickets',
    keyField: 'ticketId',
    keyFields: ['ticketId'],
    recordName: 'switchboard.support.TicketCreated',
    subject: 'support.tickets-switchboard.support.TicketCreated',
    internal: false,
  },
  'ticket.updated': {
    ...ticketUpdated,
    type: 'ticket.updated',
    topic: 'support.tickets',
    keyField: 'ticketId',
    keyFields: ['ticketId'],
    recordName: 'switchboard.support.TicketUpdated',
    subject: 'support.tickets-switchboard.support.TicketUpdated',
    internal: false,
  },
  'message.requested': {
    ...messageRequested,
    type: 'message.requested',
    topic: 'chat.messages',
    keyField: 'userId',
    keyFields: ['userId'],
    recordName: 'switchboard.chat.MessageRequested',
    subject: 'chat.messages-switchboard.chat.MessageRequested',
    internal: true,
  },
  'flow.timeout': {
    ...flowTimeout,
    type: 'flow.timeout',
    topic: 'flows.timeouts',
    keyField: 'key',
    keyFields: ['key'],
    recordName: 'switchboard.flows.FlowTimeout',
    subject: 'flows.timeouts-switchboard.flows.FlowTimeout',
    internal: true,
  },
  'action.completed': {
    ...actionCompleted,
    type: 'action.completed',
    topic: 'actions.runs',
    keyField: 'runId',
    keyFields: ['runId'],
    recordName: 'switchboard.actions.ActionCompleted',
    subject: 'actions.runs-switchboard.actions.ActionCompleted',
    internal: true,
  },
} as const;
