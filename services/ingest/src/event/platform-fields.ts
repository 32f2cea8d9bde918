import { type EventType, eventTypes } from '@switchboard/events';
import { createFieldMapping, type FieldMapping, type FieldPlaces } from './field-mapping.ts';

const customer: FieldPlaces = {
  'customer.email': ['customerEmail', 'metadata.customerEmail', 'email'],
  'customer.name': ['customerName', 'metadata.customerName'],
  'customer.phone': ['customerPhone', 'metadata.customerPhone', 'phone'],
  'customer.company': ['customerCompany', 'company'],
};

const conversation: FieldPlaces = {
  ...customer,
  userId: ['customerId'],
  intent: ['detectedIntent', 'metadata.detectedIntent', 'metadata.intent'],
  summary: ['metadata.summary'],
  messageCount: ['metadata.messageCount'],
  sessionDuration: [
    'sessionDurationSeconds',
    'durationSeconds',
    'metadata.sessionDurationSeconds',
    'metadata.durationSeconds',
    'metadata.sessionDuration',
  ],
  channel: ['metadata.channel'],
  locale: ['metadata.locale', 'metadata.language', 'language'],
  transcript: ['messages'],
  'transcript[].role': ['sender', 'author'],
  'transcript[].text': ['content', 'message'],
  'transcript[].timestamp': ['createdAt', 'sentAt'],
};

const ended: FieldPlaces = {
  ...conversation,
  rating: ['metadata.rating'],
};

const buyer: FieldPlaces = {
  userId: ['customerId'],
  email: ['customerEmail', 'customer.email'],
  customerName: ['customer.name'],
  phone: ['customerPhone', 'customer.phone'],
};

const items: FieldPlaces = { 'items[].name': ['productName', 'title'], 'items[].price': ['unitPrice'] };

/** How chatbot platforms and shops write the fields of the catalogue's events. */
const PLACES: Partial<Record<EventType, FieldPlaces>> = {
  'conversation.escalated': {
    ...conversation,
    reason: ['escalationReason', 'metadata.escalationReason', 'metadata.reason'],
    confidence: ['agentConfidence', 'aiConfidence', 'metadata.agentConfidence', 'metadata.confidence'],
    sentiment: ['metadata.sentiment'],
    sentimentScore: ['metadata.sentimentScore'],
    startedAt: ['metadata.startedAt'],
    pageUrl: ['metadata.pageUrl'],
  },
  'conversation.resolved': {
    ...ended,
    resolution: ['metadata.resolution'],
    resolvedBy: ['metadata.resolvedBy'],
  },
  'conversation.unresolved': { ...ended, reason: ['metadata.reason'] },
  'message.received': {
    ...customer,
    text: ['message', 'content'],
    userId: ['customerId'],
    channel: ['metadata.channel'],
  },
  'lead.captured': {
    userId: ['customerId'],
    email: ['customerEmail', 'customer.email', 'contact.email', 'metadata.email'],
    name: ['customerName', 'customer.name', 'contact.name'],
    phone: ['customerPhone', 'customer.phone', 'contact.phone'],
    company: ['customerCompany', 'customer.company', 'contact.company', 'metadata.company'],
    intent: ['detectedIntent', 'metadata.detectedIntent', 'metadata.intent'],
    interest: ['metadata.interest'],
    score: ['leadScore', 'metadata.leadScore', 'metadata.score'],
    summary: ['metadata.summary'],
    messageCount: ['metadata.messageCount'],
    sessionDuration: ['durationSeconds', 'metadata.sessionDurationSeconds', 'metadata.durationSeconds'],
    channel: ['metadata.channel'],
    pageUrl: ['metadata.pageUrl'],
  },
  'order.created': { ...buyer, ...items, total: ['totalAmount', 'orderTotal', 'amount'] },
  'order.shipped': { ...buyer, ...items, estimatedDelivery: ['deliveryEstimate', 'eta'] },
  'payment.confirmed': { ...buyer, amount: ['total'], method: ['paymentMethod'] },
  'inventory.reserved': { email: ['customerEmail'], userId: ['customerId'], ...items },
};

const mappings: Readonly<Partial<Record<EventType, FieldMapping>>> = Object.fromEntries(
  eventTypes.flatMap((type) => {
    const places = PLACES[type];
    return places === undefined ? [] : [[type, createFieldMapping(type, places)]];
  }),
);

const asSent: FieldMapping = (payload) => ({ payload, sentAs: (path) => path });

/** Moves the fields of a platform's own payload to where the event's schema has them. */
export const mappingOf = (type: EventType): FieldMapping => mappings[type] ?? asSent;
