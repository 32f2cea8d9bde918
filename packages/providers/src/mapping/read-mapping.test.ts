import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeInFile } from '@switchboard/expressions/definition';
import { parseDocument } from 'yaml';
import { asJson } from '../../fixtures/as-json.ts';
import { platformMapping } from '../platform/platform-mapping.ts';
import { compileMapping } from './compile-mapping.ts';
import type { Mapping } from './mapping.ts';
import { MappingError } from './mapping-error.ts';

import { readMapping } from './read-mapping.ts';

/** `line:column message` of each problem of a sources file. */
function problemsIn(text: string): string[] {
  const document = parseDocument(text);
  const prefix = ['sources', 'shop', 'mapping'];
  try {
    compileMapping(
      readMapping(document.getIn(prefix.slice(0, 2)) && document.toJS().sources.shop.mapping, platformMapping),
    );
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return error.problems.map((problem) => {
      const { line, column } = placeInFile(problem, { document, text, prefix });
      return `${line}:${column} ${problem.message}`;
    });
  }
  return [];
}

const eventOf = (mapping: Mapping, body: object) => {
  const mapped = compileMapping(mapping).map({ body: body as never, headers: {} });
  return mapped.kind === 'events' ? asJson(mapped.events[0]) : assert.fail(JSON.stringify(mapped));
};

describe("a source's mapping", () => {
  const line = { fields: { 'conversation.escalated': { 'customer.email': 'data.contact_mail' } } };
  const sent = { event: 'conversation.escalated', data: { conversationId: 'c', contactMail: 'a@example.com' } };

  it('extends the built-in mapping by a line, in either spelling', () => {
    const event = eventOf(readMapping(line, platformMapping), sent);
    assert.deepEqual(event?.payload, { conversationId: 'c', customer: { email: 'a@example.com' } });
    const built = eventOf(readMapping(line, platformMapping), { ...sent, data: { customerEmail: 'b@example.com' } });
    assert.deepEqual(built?.payload, { customer: { email: 'b@example.com' } });
  });

  it('has names and rules of its own, which count first', () => {
    const mapping = readMapping(
      {
        names: { new_order: 'order.shipped', chat_over: [{ when: 'data.score > 3.0', type: 'conversation.resolved' }] },
        events: [{ type: 'order.created', when: 'body.kind == "sale"', fields: { orderId: 'body.no' } }],
      },
      platformMapping,
    );
    assert.equal(eventOf(mapping, { event: 'new_order', data: {} })?.type, 'order.shipped');
    assert.equal(eventOf(mapping, { event: 'chat_over', data: { score: 5 } })?.type, 'conversation.resolved');
    assert.equal(eventOf(mapping, { kind: 'sale', no: 1 })?.payload.orderId, '1');
    assert.equal(eventOf(mapping, { event: 'conversation_ended', data: {} })?.type, 'conversation.unresolved');
    const unsaid = compileMapping(mapping).map({ body: { event: 'chat_over', data: { score: 1 } }, headers: {} });
    assert.deepEqual(unsaid, { kind: 'unhandled', name: 'chat_over' });
  });

  it('stands alone with extends: none', () => {
    const mapping = readMapping({ extends: 'none', events: [] }, platformMapping);
    assert.deepEqual(compileMapping(mapping).map({ body: sent, headers: {} }), { kind: 'events', events: [] });
  });

  it('is refused with the line and the column in its file', () => {
    const text = `sources:
  shop:
    mapping:
      fields:
        order.created:
          email: data.mail +
          phone: "data.phone.matches('x')"
          currency: |
            data.a == "x"
              ? nope : "EUR"
          colour: data.colour
          items:
            each: data.lines
            fields: { name: item.title, price: [item.a, 'item.b == '] }
      names:
        sale: order.made
      events:
        - type: order.created
          when: body.a
          fields: { orderId: data.id }
`;
    assert.deepEqual(problemsIn(text), [
      '19:30 Unknown variable data; use body, headers'.replace('19', '20'),
      '16:9 is not an event type of the catalogue',
      '6:29 Unexpected token: EOF',
      '7:30 Regular expressions are not allowed; use contains, startsWith, endsWith or ==',
      '10:17 Unknown variable nope; use data, body, headers',
      '11:11 order.created has no field colour',
      '14:68 Unexpected token: EOF',
    ]);
  });

  it('is refused with the place of what has the wrong form', () => {
    const text = `sources:
  shop:
    mapping:
      extends: slack
      evnts: []
      fields:
        order.created:
          email: 5
      names: { x: [{ by: data.a }] }
`;
    assert.deepEqual(problemsIn(text).sort(), [
      '4:7 must be none',
      '5:7 is not known here; use extends, events, shapes, names, fields, ignore, called, spellings',
      '8:11 must be an expression or a list of expressions, or `each` and `fields` for a list',
      '9:20 needs is',
    ]);
    assert.deepEqual(problemsIn('sources: { shop: { mapping: 5 } }'), [
      '1:20 must be a table of extends, events, shapes, names, fields, ignore, called, spellings',
    ]);
  });
});
