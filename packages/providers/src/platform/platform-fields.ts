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

const buyer: Fields = {
  userId: 'data.customerId',
  email: ['data.customerEmail', 'data.customer.email'],
  customerName: 'data.customer.name',
  phone: ['data.customerPhone', 'data.customer.phone'],
};

const items: Fields = {
  // No other place of the list: its items are renamed where it stands.
  items: { each: [], fields: { name: ['item.productName', 'item.title'], price: 'item.unitPrice' } },
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
  'order.created': { ...buyer, ...items, total: ['data.totalAmount', 'data.orderTotal', 'data.amount'] },
  'order.shipped': { ...buyer, ...items, estimatedDelivery: ['data.deliveryEstimate', 'data.eta'] },
  'payment.confirmed': { ...buyer, amount: 'data.total', method: 'data.paymentMethod' },
  'inventory.reserved': { email: 'data.customerEmail', userId: 'data.customerId', ...items },
};
