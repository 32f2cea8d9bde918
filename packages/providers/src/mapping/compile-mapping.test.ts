import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asJson } from '../../fixtures/as-json.ts';
import type { Json } from '../provider.ts';
import { type CompileMappingOptions, compileMapping } from './compile-mapping.ts';
import type { MappedEvent } from './mapped-item.ts';
import type { Mapping } from './mapping.ts';
import { MappingError } from './mapping-error.ts';

const mapped = (mapping: Mapping, body: Json, headers = {}, options?: CompileMappingOptions) =>
  compileMapping(mapping, options).map({ body, headers });

function eventsOf(mapping: Mapping, body: Json, headers = {}): readonly MappedEvent[] {
  const result = mapped(mapping, body, headers);
  if (result.kind !== 'events') assert.fail(JSON.stringify(result));
  return result.events.map((event) => ({ ...event, payload: asJson(event.payload), rest: asJson(event.rest) }));
}

function problemsOf(mapping: Mapping, options?: CompileMappingOptions): string[] {
  try {
    compileMapping(mapping, options);
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return error.problems.map(({ at, message, line, column }) => {
      return `${at.join('/')}${line === undefined ? '' : ` ${line}:${column}`} ${message}`;
    });
  }
  return assert.fail('the mapping is not refused');
}

const order: Mapping = {
  events: [
    {
      type: 'order.created',
      when: 'body.topic == "orders/create"',
      id: 'body.event.id',
      at: 'body.event.at',
      fields: {
        orderId: 'body.order.id',
        email: ['body.order.mail', 'body.contact.mail'],
        customerName: 'body.contact.first + " " + body.contact.last',
        total: 'body.order.cents / 100.0',
        items: { each: 'body.order.lines', fields: { name: 'item.title', quantity: 'item.count' } },
      },
    },
  ],
};

const sent = {
  topic: 'orders/create',
  event: { id: 7, at: 1_768_471_200 },
  order: {
    id: 4711,
    cents: 1250,
    lines: [
      { title: 'Kettle', count: 1, sku: 'k-1' },
      { title: 'Cup', count: 2 },
    ],
  },
  contact: { mail: 'a@example.com', first: 'Bo', last: 'Li' },
};

describe('the rules of a mapping', () => {
  it('move what paths read, compute the rest, and keep what was not moved', () => {
    const [event] = eventsOf(order, sent);
    assert.deepEqual(event?.payload, {
      orderId: '4711',
      email: 'a@example.com',
      customerName: 'Bo Li',
      total: 12.5,
      items: [
        { name: 'Kettle', quantity: 1 },
        { name: 'Cup', quantity: 2 },
      ],
    });
    assert.equal(event?.id, 7);
    assert.equal(event?.timestamp, 1_768_471_200);
    assert.deepEqual(event?.rest, {
      topic: 'orders/create',
      order: { cents: 1250, lines: [{ sku: 'k-1' }, null] },
      contact: { first: 'Bo', last: 'Li' },
    });
  });

  it('make nothing of an item that meets no condition', () => {
    assert.deepEqual(eventsOf(order, { topic: 'orders/paid' }), []);
    assert.deepEqual(eventsOf(order, {}), []);
    assert.deepEqual(eventsOf(order, 'text'), []);
    assert.deepEqual(eventsOf(order, null), []);
  });

  it('make several events of one item, with ids of their own', () => {
    const rule = {
      type: 'message.received',
      id: 'body.id',
      fields: { text: 'body.text', userId: 'body.from' },
    } as const;
    const lead = { type: 'lead.captured', id: 'body.id', fields: { userId: 'body.from', email: 'body.mail' } } as const;
    const mapping: Mapping = { events: [rule, { ...lead, when: 'has(body.mail)' }] };
    const events = eventsOf(mapping, { id: 'm-1', text: 'hi', from: 'u-1', mail: 'a@example.com' });
    assert.deepEqual(
      events.map(({ type, id }) => [type, id]),
      [
        ['message.received', 'm-1'],
        ['lead.captured', 'm-1#1'],
      ],
    );
    assert.deepEqual(events[0]?.rest, { mail: 'a@example.com' });
    assert.deepEqual(events[1]?.rest, { text: 'hi' });
    assert.equal(eventsOf(mapping, { id: 'm-2', text: 'hi', from: 'u-1' }).length, 1);
  });

  it('take the first place that has a value which the field can hold', () => {
    const mapping: Mapping = {
      events: [{ type: 'order.created', fields: { orderId: ['body.a', 'body.b.c', 'body.d[1]'] } }],
    };
    for (const [body, rest] of [
      [{ a: 'o', b: { c: 'x' } }, { b: { c: 'x' } }],
      [
        { a: '', b: { c: 'o', e: 1 } },
        { a: '', b: { e: 1 } },
      ],
      [
        { a: { x: 1 }, d: ['p', 'o'] },
        { a: { x: 1 }, d: ['p', null] },
      ],
    ] as [Json, Json][]) {
      const [event] = eventsOf(mapping, body);
      assert.deepEqual(event?.payload, { orderId: 'o' });
      assert.deepEqual(event?.rest, rest);
    }
  });

  it('read one value for several fields, and take it out once', () => {
    const mapping: Mapping = {
      events: [
        { type: 'message.received', fields: { userId: 'body.from', conversationId: 'body.from', text: 'body.text' } },
      ],
    };
    const [event] = eventsOf(mapping, { from: 'u', text: 'hi' });
    assert.deepEqual(event?.payload, { userId: 'u', conversationId: 'u', text: 'hi' });
    assert.equal(event?.rest, undefined);
  });

  it('read headers', () => {
    const mapping: Mapping = {
      events: [{ type: 'order.created', when: 'headers["x-kind"] == "order"', fields: { orderId: 'headers["x-id"]' } }],
    };
    assert.deepEqual(eventsOf(mapping, {}, { 'x-kind': 'order', 'x-id': 'o-1' })[0]?.payload, { orderId: 'o-1' });
    assert.deepEqual(eventsOf(mapping, {}, {}), []);
  });

  it('know where the sender wrote a field', () => {
    const [event] = eventsOf(order, sent);
    for (const [path, as] of [
      ['orderId', 'order.id'],
      ['items', 'order.lines'],
      ['items[1].name', 'order.lines[1].title'],
      ['email', 'contact.mail'],
      ['total', 'events.0.fields.total'],
    ] as const) {
      assert.equal(event?.sentAs(path), as);
    }
    const [empty] = eventsOf(order, { topic: 'orders/create' });
    assert.equal(empty?.sentAs('orderId'), 'order.id');
  });

  it('fail with the path of the rule, and no value, when an expression does', () => {
    assert.deepEqual(mapped(order, { ...sent, contact: { first: 'hunter2', last: 5 } }), {
      kind: 'failed',
      problems: [{ path: 'events.0.fields.customerName', message: 'cannot compute string + double' }],
    });
    const condition: Mapping = { events: [{ type: 'order.created', when: 'body.n > 1', fields: {} }] };
    assert.equal(mapped(condition, { n: 'hunter2' }).kind, 'failed');
    assert.equal(mapped({ events: [{ type: 'order.created', when: 'body.n', fields: {} }] }, { n: 5 }).kind, 'failed');
  });

  it('refuse a list that no event could hold', () => {
    const lines = Array.from({ length: 10_001 }, () => ({ title: 'x' }));
    const result = mapped(order, { topic: 'orders/create', order: { id: 1, lines } });
    assert.deepEqual(result, {
      kind: 'failed',
      problems: [{ path: 'order.lines', message: 'must have at most 10000 items' }],
    });
  });

  it('yield to the rules of a source, and stand in where it has none that is met', () => {
    const own = { type: 'order.created', when: 'has(body.special)', fields: { orderId: 'body.special' } } as const;
    const mapping: Mapping = { events: [own], base: order };
    assert.deepEqual(eventsOf(mapping, { ...sent, special: 's' })[0]?.payload, { orderId: 's' });
    assert.equal(eventsOf(mapping, sent)[0]?.payload.orderId, '4711');
  });

  it("are extended by a source's places, which count first", () => {
    const mapping: Mapping = { fields: { 'order.created': { email: 'body.login', currency: '"EUR"' } }, base: order };
    assert.equal(eventsOf(mapping, sent)[0]?.payload.email, 'a@example.com');
    assert.partialDeepStrictEqual(eventsOf(mapping, { ...sent, login: 'b@example.com' })[0]?.payload, {
      email: 'b@example.com',
      currency: 'EUR',
    });
  });
});

describe('a mapping is refused, with all that is wrong,', () => {
  it('when it names what the catalogue does not have, or what does not fit', () => {
    const mapping = {
      events: [
        { type: 'order.made', fields: {} },
        {
          type: 'order.created',
          when: '"yes"',
          fields: {
            colour: 'body.colour',
            'meta.id': 'body.id',
            total: 'body.total == 1.0',
            'items.name': 'body.name',
            items: { each: 'body.lines', fields: { colour: 'item.colour', name: ['item.name', 'item.'] } },
            email: { each: 'body.mails', fields: {} },
          },
        },
      ],
      fields: { 'order.shipped': { email: 'body.mail' } },
      ignore: ['body.a + 1'],
    } as unknown as Mapping;
    assert.deepEqual(problemsOf(mapping), [
      'events/0/type is not an event type of the catalogue',
      'events/1/when is string, but a condition must be true or false',
      'events/1/fields/colour order.created has no field colour',
      'events/1/fields/meta.id order.created has no field meta.id',
      'events/1/fields/total is bool, but total of order.created is number',
      'events/1/fields/items.name items.name is in a list: write each and fields for the list',
      'events/1/fields/items/fields/colour order.created has no field items.colour',
      'events/1/fields/items/fields/name/1 1:6 Expected IDENTIFIER, got EOF',
      'events/1/fields/email is not a list in order.created; remove each',
      'fields/order.shipped has no rule in events that makes it; add one',
      'ignore/0 must be a path, such as body.name',
    ]);
  });

  it('when an expression is none, has a regular expression, or reads what is not there', () => {
    const rule = (expression: string): Mapping => ({
      events: [{ type: 'order.created', fields: { orderId: expression } }],
    });
    assert.match(
      problemsOf(rule('body.id.matches("^(a+)+$") ? "a" : "b"'))[0] ?? '',
      /^events\/0\/fields\/orderId 1:\d+ Regular/,
    );
    assert.match(problemsOf(rule('data.id'))[0] ?? '', /1:1 Unknown variable data; use body, headers$/);
    assert.match(problemsOf(rule('item.id'))[0] ?? '', /Unknown variable item/);
    assert.match(problemsOf(rule('headers["x-b"]'), { headers: ['x-a'] })[0] ?? '', /does not pass on; it passes x-a$/);
    assert.match(problemsOf(rule('headers["x-b"]'), { headers: [] })[0] ?? '', /it passes none$/);
  });
});
