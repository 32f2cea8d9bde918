import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filled, oneFlow, outcomeOf, sampleEvent } from '../../../fixtures/one-flow.ts';
import type { Json } from '../../context/variables.ts';
import type { FlowDefinition } from '../definition.ts';
import { LIMITS } from '../limits.ts';
import { compileFlow } from './compile-flow.ts';

const shipped = (fields: object = {}, meta: object = {}) =>
  sampleEvent('order.shipped', { orderId: 'A-1', userId: 'jane', email: null, items: [], ...fields }, meta);
const flowOf = (fields: string) => oneFlow(`flows:\n  a:\n    ${fields.replaceAll('\n', '\n    ')}\n`);
const failure = (message: RegExp) => ({ name: 'FlowError', code: 'FAILED', message });

describe('variables', () => {
  it('have the value, time and id of the event; null removes, and what the event does not say changes nothing', () => {
    const flow = flowOf(
      'on: order.shipped\nset: { user.order: key, user.mail: event.email, user.gone: null, user.n: { value: 3, ttl: 2h } }',
    );
    const { changes, effects, skipped } = outcomeOf(flow, shipped());
    const same = { tenant: 'acme', scope: 'user', id: 'jane', eventTime: 1_000, eventId: 'order.shipped-1' };
    assert.deepEqual(changes, [
      { ...same, name: 'order', value: 'A-1', ttlMs: undefined },
      { ...same, name: 'gone', value: undefined, ttlMs: undefined },
      { ...same, name: 'n', value: 3, ttlMs: 7_200_000 },
    ]);
    assert.deepEqual([effects, skipped], [[], []]);
  });

  it('belong to whom the first of the events names', () => {
    const all = 'all: [order.shipped, { payment.confirmed: "true" }]\ncorrelate: event.orderId\n';
    const payment = sampleEvent('payment.confirmed', { orderId: 'A-1', userId: 'bob', email: 'bob@example.org' });
    const ids = (user: string): string[] =>
      outcomeOf(flowOf(`${all}${user}set: { user.x: key }`), shipped({ userId: null }), payment).changes.map(
        ({ id }) => id,
      );
    assert.deepEqual(ids(''), ['bob']);
    assert.deepEqual(ids('user: event.userId\n'), ['bob']);
    assert.deepEqual(ids('user: [order.email, event.email, key]\n'), ['bob@example.org']);
    assert.deepEqual(ids('user: [order.email, key]\n'), ['A-1']);
  });

  it('without a user are skipped, and so is a message', () => {
    const flow = flowOf(
      'on: order.shipped\nset: { user.x: key }\nthen: [{ message: { text: { en: Hi } } }, { node: n }]',
    );
    assert.deepEqual(outcomeOf(flow, shipped({ userId: null })), {
      changes: [],
      effects: [],
      skipped: ['set user.x: no user', 'message: no user', 'node n: no user and no conversation'],
    });
  });

  it('must not be too large', () => {
    const flow = flowOf('on: order.shipped\nset: { user.x: event.carrier }');
    assert.throws(
      () => outcomeOf(flow, shipped({ carrier: 'x'.repeat(LIMITS.valueBytes) })),
      failure(/^a@1.then\[0\].set\[0\].value: must have at most 4096 bytes as JSON$/),
    );
  });
});

describe('effects', () => {
  it('have their values, without those that the event does not say', () => {
    const flow = flowOf(
      'on: message.received\nthen:\n  - node: { name: n, variables: { a: event.text, b: event.userId, c: "[1, 2.5]", d: true } }\n' +
        '  - action: { name: find, input: { q: event.text } }\n  - message: { text: { en: "${key}" }, title: "T ${key}", solicited: true, expires: 2h }',
    );
    const event = sampleEvent('message.received', { conversationId: 'c-1', userId: 'jane', text: null });
    const who = { userId: 'jane', conversationId: 'c-1' };
    assert.deepEqual(outcomeOf(flow, event).effects, [
      { kind: 'node', node: 'n', ...who, variables: { b: 'jane', c: [1, 2.5], d: true } },
      { kind: 'action', action: 'find', ...who, actsFor: undefined, input: {} },
      {
        kind: 'message',
        ...who,
        title: 'T c-1',
        texts: { en: 'c-1' },
        solicited: true,
        urgent: false,
        expiresAfterMs: 7_200_000,
      },
    ]);
  });

  it('of an action name whom the flow acts for as a whole, or are skipped', () => {
    const flow = flowOf(
      'on: order.shipped\nthen: { action: { name: find, for: { email: event.email, userId: event.userId } } }',
    );
    const { effects } = outcomeOf(flow, shipped({ email: 'jane@shop.example' }));
    assert.partialDeepStrictEqual(effects, [{ actsFor: { email: 'jane@shop.example', userId: 'jane' } }]);
    const none = outcomeOf(flow, shipped());
    assert.deepEqual([none.effects, none.skipped], [[], ['action find: nobody to act for']]);
  });

  it('that publish an event count its hops, and keep to its schema', () => {
    const flow = flowOf(
      'on: order.shipped\nthen: { event: { type: order.delivered, fields: { orderId: event.carrier, items: event.items } } }',
    );
    const [effect] = outcomeOf(
      flow,
      shipped({ carrier: 'A-2', items: [{ sku: 's', quantity: 1 }] }, { hops: 2 }),
    ).effects;
    assert.ok(effect?.kind === 'event');
    assert.deepEqual([effect.hops, effect.fields.orderId, effect.fields.userId], [3, 'A-2', null]);
    assert.throws(() => outcomeOf(flow, shipped()), failure(/^a@1.then\[0\].event.fields.orderId: is required$/));
  });
});

describe('an event', () => {
  it('is correlated by text or a whole number of a bounded length', () => {
    const flow = flowOf('on: order.shipped\ncorrelate: [event.shippedAt, event.orderId]\nset: { user.x: key }');
    assert.equal(flow.match(shipped({ shippedAt: 5 }))?.key, '5');
    assert.equal(flow.match(shipped({ orderId: 'A\0-1' }))?.key, 'A-1');
    assert.equal(flow.match(shipped({ orderId: '\0' })), undefined);
    assert.throws(
      () => flow.match(shipped({ orderId: 'x'.repeat(600) })),
      failure(/correlate: must have at most 512 characters$/),
    );
  });

  it('is kept only in the parts that the flow reads later', () => {
    const flow = flowOf(
      'on: order.shipped\nwhen: event.carrier == "DHL"\nset: { user.x: "event.items.map(i, i.sku)" }\nonce: key',
    );
    const event = shipped({ carrier: 'DHL', email: 'j@example.org', items: [{ sku: 's', name: null }] });
    assert.deepEqual(flow.match(event)?.kept.fields, { items: [{ sku: 's' }], userId: 'jane' });
    const large = Array.from({ length: 5_000 }, () => ({ sku: 'x'.repeat(20) }));
    assert.throws(
      () => flow.match(shipped({ carrier: 'DHL', items: large })),
      failure(/keeps more than 65536 characters of a order.shipped/),
    );
  });

  it('that an expression cannot compute fails with the place in the flow, and without its values', () => {
    const flow = flowOf('on: order.shipped\nwhen: 10 / (event.shippedAt - 5) > 0\nset: { user.x: key }');
    assert.throws(
      () => flow.match(shipped({ shippedAt: 5 })),
      failure(/^a@1.slots\[0\].when: divides by zero \(line 1, column \d+ of the expression\)$/),
    );
    assert.equal(flow.match(shipped({ shippedAt: null })), undefined);
  });
});

it('a stored definition that no longer fits the schemas is refused', () => {
  const flow = flowOf('on: order.shipped\nset: { user.x: event.carrier }');
  const stored = flow.definition as unknown as FlowDefinition;
  const refused = (definition: object, message: RegExp) =>
    assert.throws(() => compileFlow(definition as Json), { name: 'FlowError', code: 'INVALID', message });
  const [slot] = stored.slots;
  refused(
    { ...stored, slots: [{ ...slot, event: 'order.sent' }] },
    /^a@1.slots\[0\].event: There is no event type order.sent$/,
  );
  refused({ ...stored, user: ['order.person'] }, /^a@1.user\[0\]: There is no field person/);
  assert.deepEqual(filled(compileFlow(flow.definition), [shipped()]), filled(flow, [shipped()]));
});
