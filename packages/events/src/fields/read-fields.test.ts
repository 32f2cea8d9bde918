import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventType, type FieldsOf, readFields } from '../catalogue.ts';

type Json = Record<string, unknown>;

function accepted<T extends EventType>(type: T, sent: Json): { fields: FieldsOf<T>; extra: string | null } {
  const read = readFields(type, sent);
  assert.ok(read.ok, JSON.stringify(read));
  return read;
}

function problemsOf(type: EventType, sent: Json): readonly { path: string; message: string }[] {
  const read = readFields(type, sent);
  assert.ok(!read.ok, JSON.stringify(read));
  return read.problems;
}

const escalation = { conversationId: 'conv-1' };

test('an optional field is null or empty, whether it was omitted or sent as null', () => {
  const { fields, extra } = accepted('conversation.escalated', { ...escalation, intent: null, transcript: null });
  assert.equal(fields.intent, null);
  assert.equal(fields.confidence, null);
  assert.deepEqual(fields.transcript, []);
  assert.equal(extra, null);
});

test('two events never share an empty default list', () => {
  const [first, second] = [
    accepted('incident.opened', { incidentId: '1', title: 'a' }),
    accepted('incident.opened', { incidentId: '2', title: 'b' }),
  ];
  assert.notEqual(first.fields.userIds, second.fields.userIds);
});

test('a default other than null replaces null and a missing value', () => {
  const { fields } = accepted('preference.updated', { userId: 'u', quietHours: { start: '22:00', enabled: null } });
  assert.deepEqual(fields.quietHours, { enabled: true, start: '22:00', end: null });
});

test('snake_case names are accepted, also in nested records and lists', () => {
  const { fields, extra } = accepted('order.created', {
    order_id: 'o-1',
    customer_name: 'Jane',
    placed_at: 1_768_473_000,
    items: [{ sku: 'a' }],
  });
  assert.equal(fields.orderId, 'o-1');
  assert.equal(fields.customerName, 'Jane');
  assert.equal(fields.placedAt, 1_768_473_000_000);
  assert.equal(extra, null);
  const { fields: preferences } = accepted('preference.updated', { user_id: 'u', quiet_hours: { start: '23:00' } });
  assert.equal(preferences.quietHours?.start, '23:00');
});

test('an alias is accepted in both spellings', () => {
  assert.equal(accepted('message.received', { senderId: 'p' }).fields.userId, 'p');
  assert.equal(accepted('message.received', { sender_id: 'p' }).fields.userId, 'p');
});

test('the first spelling of the schema wins, and the other one is kept as unknown', () => {
  const { fields, extra } = accepted('conversation.escalated', { conversation_id: 'snake', conversationId: 'camel' });
  assert.equal(fields.conversationId, 'camel');
  assert.equal(extra, '{"conversation_id":"snake"}');
});

test('unknown fields keep their place, also in nested records and list items', () => {
  const { fields, extra } = accepted('conversation.escalated', {
    ...escalation,
    customer: { email: 'jane.doe@example.com', vip: true, address: { city: 'Malmö' } },
    transcript: [{ role: 'user' }, { role: 'bot', model: 'x' }, { role: 'user' }],
    queue: 'a',
  });
  assert.equal(fields.customer?.email, 'jane.doe@example.com');
  assert.deepEqual(JSON.parse(extra ?? ''), {
    customer: { vip: true, address: { city: 'Malmö' } },
    transcript: [null, { model: 'x' }, null],
    queue: 'a',
  });
});

test('unknown fields of a nested record are kept under the name that the sender used', () => {
  const { extra } = accepted('preference.updated', { user_id: 'u', quiet_hours: { days: ['sat'] } });
  assert.equal(extra, '{"quiet_hours":{"days":["sat"]}}');
});

test('__proto__, constructor and toString are unknown fields like any other', () => {
  const text = '{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}},"toString":"c"}';
  const sent = JSON.parse(`{"conversationId":"conv-1",${text.slice(1)}`);
  const { fields, extra } = accepted('conversation.escalated', sent);
  assert.equal(extra, text);
  assert.equal(Object.getPrototypeOf(fields), Object.prototype);
  assert.equal(({} as Json).a, undefined);
});

test('lone surrogates and NUL in unknown fields are kept', () => {
  const { extra } = accepted('conversation.escalated', { ...escalation, x: 'a\ud800b\0', '\udfff': 1 });
  assert.deepEqual(JSON.parse(extra ?? ''), { x: 'a\ud800b\0', '\udfff': 1 });
});

test('a field called meta is unknown, because senders cannot set it', () => {
  const { fields, extra } = accepted('conversation.escalated', { ...escalation, meta: { tenant: 'other' } });
  assert.ok(!('meta' in fields));
  assert.equal(extra, '{"meta":{"tenant":"other"}}');
});

test('undefined counts as absent', () => {
  const { fields, extra } = accepted('article.unpublished', { articleId: 'a', url: undefined, other: undefined });
  assert.equal(fields.url, null);
  assert.equal(extra, null);
});

test('any one of several key fields is enough', () => {
  for (const key of ['conversationId', 'leadId', 'userId', 'email', 'phone']) accepted('lead.captured', { [key]: 'x' });
  assert.deepEqual(problemsOf('lead.captured', { name: 'Jane' }), [
    { path: 'conversationId', message: 'is required, or one of leadId, userId, email, phone' },
  ]);
});

const wrong: [what: string, type: EventType, sent: Json, path: string, message: RegExp][] = [
  ['a required field that is missing', 'conversation.escalated', {}, 'conversationId', /^is required$/],
  [
    'a required field that is null, as it was sent',
    'conversation.escalated',
    { conversation_id: null },
    'conversation_id',
    /^is required$/,
  ],
  ['an empty id', 'conversation.escalated', { conversationId: '' }, 'conversationId', /^must not be empty$/],
  ['a number instead of text', 'conversation.escalated', { conversationId: 7 }, 'conversationId', /^must be a string$/],
  [
    'text that is not a decimal',
    'conversation.escalated',
    { ...escalation, confidence: '30 %' },
    'confidence',
    /^must be a number$/,
  ],
  [
    'a number out of range',
    'conversation.escalated',
    { ...escalation, confidence: 1.01 },
    'confidence',
    /^must be a number from 0 to 1$/,
  ],
  ['infinity', 'order.created', { orderId: 'o', total: JSON.parse('1e999') }, 'total', /^must be a number from/],
  [
    'a number beyond 2^53',
    'article.updated',
    { articleId: 'a', title: '', content: '', version: 2 ** 53 },
    'version',
    /^must be a whole number from 0 to 9007199254740990$/,
  ],
  [
    'a fraction instead of a whole number',
    'conversation.escalated',
    { ...escalation, message_count: 1.5 },
    'message_count',
    /^must be a whole number$/,
  ],
  [
    'a negative count',
    'conversation.escalated',
    { ...escalation, messageCount: -1 },
    'messageCount',
    /^must be a whole number from 0 to 2147483647$/,
  ],
  [
    'more than 32 bits',
    'conversation.escalated',
    { ...escalation, messageCount: 2 ** 31 },
    'messageCount',
    /^must be a whole number from 0 to 2147483647$/,
  ],
  ['0 for a boolean', 'lead.captured', { leadId: 'l', consent: 0 }, 'consent', /^must be true or false$/],
  [
    'text instead of a record',
    'conversation.escalated',
    { ...escalation, customer: 'Jane' },
    'customer',
    /^must be an object$/,
  ],
  [
    'a list instead of a record',
    'conversation.escalated',
    { ...escalation, customer: [] },
    'customer',
    /^must be an object$/,
  ],
  [
    'a record instead of a list',
    'conversation.escalated',
    { ...escalation, transcript: {} },
    'transcript',
    /^must be a list$/,
  ],
  [
    'a null item',
    'article.published',
    { articleId: 'a', title: '', content: '', tags: ['x', null] },
    'tags[1]',
    /^must be a string$/,
  ],
  [
    'a wrong field of an item',
    'conversation.escalated',
    { ...escalation, transcript: [{ role: 'user' }, {}, { role: 7 }] },
    'transcript[2].role',
    /^must be a string$/,
  ],
  [
    'a wrong field of a record',
    'conversation.escalated',
    { ...escalation, customer: { email: 7 } },
    'customer.email',
    /^must be a string$/,
  ],
  [
    'a wrong value of a map',
    'preference.updated',
    { userId: 'u', topics: { 'order.shipped': 'yes' } },
    'topics["order.shipped"]',
    /^must be true or false$/,
  ],
  [
    '__proto__ in a map',
    'preference.updated',
    JSON.parse('{"userId":"u","topics":{"__proto__":true}}'),
    'topics.__proto__',
    /^cannot be a key here$/,
  ],
  [
    'a lone surrogate as the key of a map',
    'preference.updated',
    { userId: 'u', topics: { '\ud800': true } },
    'topics["\\ud800"]',
    /well-formed/,
  ],
  [
    'a symbol that the enum does not have',
    'preference.updated',
    { userId: 'u', digest: 'yearly' },
    'digest',
    /^must be one of none, hourly, daily, weekly$/,
  ],
  [
    'text that does not match its pattern',
    'preference.updated',
    { userId: 'u', quietHours: { start: '25:00' } },
    'quietHours.start',
    /^must match/,
  ],
  [
    'text that is too short',
    'payment.confirmed',
    { orderId: 'o', currency: 'E' },
    'currency',
    /^must have at least 3 characters$/,
  ],
  [
    'text that is too long',
    'payment.confirmed',
    { orderId: 'o', currency: 'EURO' },
    'currency',
    /^must have at most 3 characters$/,
  ],
  [
    'a day that does not exist',
    'order.shipped',
    { orderId: 'o', shippedAt: '2026-02-30' },
    'shippedAt',
    /^must be an ISO 8601 time/,
  ],
  ['a lone surrogate', 'conversation.escalated', { conversationId: 'a\ud800' }, 'conversationId', /well-formed/],
  [
    'an unknown number that was rounded',
    'conversation.escalated',
    { ...escalation, tweet: { id: 2 ** 60 } },
    'tweet',
    /beyond 2\^53/,
  ],
  [
    'an unknown number that overflows',
    'conversation.escalated',
    { ...escalation, 'a b': JSON.parse('-1e999') },
    '["a b"]',
    /beyond 2\^53/,
  ],
];

for (const [what, type, sent, path, message] of wrong) {
  test(`${what} is a problem with its path`, () => {
    const [problem] = problemsOf(type, sent).filter((one) => one.path === path);
    assert.ok(problem, JSON.stringify(problemsOf(type, sent)));
    assert.match(problem.message, message);
  });
}
