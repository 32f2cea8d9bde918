import type { Fields, Mapping } from '../mapping/mapping.ts';

const customer: Fields = {
  'customer.email': ['data.customerEmail', 'data.metadata.customerEmail', 'data.email'],
  'customer.name': ['data.customerName', 'data.metadata.customerName'],
  'customer.phone': ['data.customerPhone', 'data.metadata.customerPhone', 'data.phone'],
  'customer.company': ['data.customerCompany', 'data.company'],
};

const conversation: Fields = {
  ...customer,
  userId: 'data.customerId',
  intent: ['data.detectedIntent', 'data.metadata.detectedIntent', 'data.metadata.intent'],
  summary: 'data.metadata.summary',
  messageCount: 'data.metadata.messageCount',
  sessionDuration: [
    'data.sessionDurationSeconds',
    'data.durationSeconds',
    'data.metadata.sessionDurationSeconds',
    'data.metadata.durationSeconds',
    'data.metadata.sessionDuration',
  ],
  channel: 'data.metadata.channel',
  locale: ['data.metadata.locale', 'data.metadata.language', 'data.language'],
  transcript: {
    each: 'data.messages',
    fields: {
      role: ['item.sender', 'item.author'],
      text: ['item.content', 'item.message'],
      timestamp: ['item.createdAt', 'item.sentAt'],
    },
  },
};

const ended: Fields = {
  ...conversation,
  rating: 'data.metadata.rating',
};

/** `customerId` is the chat user only where a chatbot platform speaks. A shop or a helpdesk has numbers of its own. */
const shopper: Fields = {
  email: ['data.customerEmail', 'data.customer.email'],
  customerName: 'data.customer.name',
  phone: ['data.customerPhone', 'data.customer.phone'],
};

const items: Fields = {
  // No other place of the list: its items are renamed where it stands.
  items: { each: [], fields: { name: ['item.productName', 'item.title'], price: 'item.unitPrice' } },
};

const order: Fields = { ...shopper, ...items };
const total: Fields = { total: ['data.totalAmount', 'data.orderTotal', 'data.amount'] };
const payment: Fields = {
  ...shopper,
  amount: ['data.total', 'data.totalAmount'],
  method: 'data.paymentMethod',
};

const stock: Fields = {
  name: ['data.productName', 'data.title'],
  quantity: ['data.available', 'data.stockLevel', 'data.newQuantity'],
  previousQuantity: ['data.oldQuantity', 'data.previousStockLevel'],
};

const ticket: Fields = {
  email: ['data.customerEmail', 'data.customer.email', 'data.requester.email'],
  customerName: ['data.customer.name', 'data.requester.name'],
  phone: ['data.customerPhone', 'data.customer.phone', 'data.requester.phone'],
  subject: 'data.title',
  agentName: ['data.assigneeName', 'data.agent.name'],
};

/** How chatbot platforms and shops write the fields of the catalogue's events. */
export const platformFields: NonNullable<Mapping['fields']> = {
  'conversation.escalated': {
    ...conversation,
    reason: ['data.escalationReason', 'data.metadata.escalationReason', 'data.metadata.reason'],
    confidence: [
      'data.agentConfidence',
      'data.aiConfidence',
      'data.metadata.agentConfidence',
      'data.metadata.confidence',
    ],
    sentiment: 'data.metadata.sentiment',
    sentimentScore: 'data.metadata.sentimentScore',
    startedAt: 'data.metadata.startedAt',
    pageUrl: 'data.metadata.pageUrl',
  },
  'conversation.resolved': {
    ...ended,
    resolution: 'data.metadata.resolution',
    resolvedBy: 'data.metadata.resolvedBy',
  },
  'conversation.unresolved': { ...ended, reason: 'data.metadata.reason' },
  'message.received': {
    ...customer,
    text: ['data.message', 'data.content'],
    userId: 'data.customerId',
    channel: 'data.metadata.channel',
  },
  'lead.captured': {
    userId: 'data.customerId',
    email: ['data.customerEmail', 'data.customer.email', 'data.contact.email', 'data.metadata.email'],
    name: ['data.customerName', 'data.customer.name', 'data.contact.name'],
    phone: ['data.customerPhone', 'data.customer.phone', 'data.contact.phone'],
    company: ['data.customerCompany', 'data.customer.company', 'data.contact.company', 'data.metadata.company'],
    intent: ['data.detectedIntent', 'data.metadata.detectedIntent', 'data.metadata.intent'],
    interest: 'data.metadata.interest',
    score: ['data.leadScore', 'data.metadata.leadScore', 'data.metadata.score'],
    summary: 'data.metadata.summary',
    messageCount: 'data.metadata.messageCount',
    sessionDuration: ['data.durationSeconds', 'data.metadata.sessionDurationSeconds', 'data.metadata.durationSeconds'],
    channel: 'data.metadata.channel',
    pageUrl: 'data.metadata.pageUrl',
  },
  'order.created': { ...order, ...total },
  'order.shipped': { ...order, estimatedDelivery: ['data.deliveryEstimate', 'data.eta'] },
  'order.delivered': { ...order, receivedBy: 'data.signedBy', location: 'data.deliveryLocation' },
  'order.cancelled': {
    ...order,
    ...total,
    reason: ['data.cancelReason', 'data.cancellationReason'],
    refundAmount: 'data.refund',
  },
  'payment.confirmed': payment,
  'payment.failed': {
    ...payment,
    reason: ['data.failureReason', 'data.failureMessage', 'data.errorMessage', 'data.message'],
    errorCode: ['data.failureCode', 'data.declineCode'],
    paymentUrl: 'data.retryUrl',
    nextAttemptAt: ['data.nextRetryAt', 'data.nextAttempt'],
  },
  'payment.refunded': {
    ...payment,
    amount: ['data.refundAmount', 'data.refundedAmount', 'data.total'],
    reason: 'data.refundReason',
  },
  'subscription.changed': {
    ...shopper,
    plan: ['data.planName', 'data.newPlan'],
    previousPlan: 'data.oldPlan',
    previousStatus: 'data.oldStatus',
    renewsAt: ['data.renewalDate', 'data.nextBillingDate', 'data.currentPeriodEnd'],
    endsAt: ['data.endDate', 'data.expiresAt'],
  },
  'inventory.reserved': { email: ['data.customerEmail', 'data.customer.email'], ...items },
  'stock.changed': stock,
  'stock.replenished': stock,
  'fraud.flagged': {
    ...shopper,
    amount: ['data.total', 'data.totalAmount'],
    riskLevel: 'data.risk',
    riskScore: ['data.score', 'data.fraudScore'],
    ipAddress: 'data.ip',
  },
  'customer.updated': {
    email: ['data.customerEmail', 'data.customer.email'],
    name: ['data.customerName', 'data.customer.name'],
    phone: ['data.customerPhone', 'data.customer.phone'],
    company: ['data.customerCompany', 'data.customer.company'],
  },
  'ticket.created': { ...ticket, description: 'data.message' },
  'ticket.updated': { ...ticket, comment: ['data.message', 'data.reply', 'data.latestComment'] },
  'deploy.finished': { service: 'data.project', environment: 'data.env', url: 'data.deployUrl' },
  'build.failed': {
    service: 'data.project',
    environment: 'data.env',
    reason: ['data.errorMessage', 'data.error', 'data.message'],
    url: 'data.buildUrl',
  },
  'maintenance.scheduled': {
    title: 'data.name',
    description: 'data.message',
    startsAt: ['data.startTime', 'data.scheduledStart', 'data.scheduledFor'],
    endsAt: ['data.endTime', 'data.scheduledEnd'],
  },
  'message.status': {
    userId: 'data.customerId',
    phone: 'data.customerPhone',
    status: 'data.messageStatus',
    errorText: 'data.errorMessage',
  },
};
