import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain, type Found } from './lookup.ts';
import { createPrivacy } from './privacy.ts';

const record = { topic: 'commerce.orders', headers: { ce_type: 'order.created' } };

it('ops event shows what a done event made in an outside system', () => {
  const effect = { system: 'zendesk', id: '17', url: 'https://acme.example/tickets/17' };
  const found = { service: 'ticketing', state: 'done', reason: undefined, effect } as const;
  assert.equal(explain(found, record, createPrivacy(false)), 'zendesk 17, https://acme.example/tickets/17');
});

describe('what ops event says of a service that has no mark of the event', () => {
  for (const [service, state, text] of [
    ['notifier', 'unknown', 'done: its mark has expired'],
    ['ticketing', 'unknown', 'it does not handle this type'],
    ['of-others', 'unknown', 'done or skipped: its mark has expired'],
    ['notifier', 'unread', 'nothing of it runs; it will read this topic from the start'],
    ['ticketing', 'unread', 'nothing of it runs, and it does not handle this type'],
    ['of-others', 'unread', 'nothing of it runs, and it has committed nothing in this topic so far'],
    ['notifier', 'elsewhere', 'it runs, but in a version that does not read this topic'],
    ['ticketing', 'elsewhere', 'it does not read this topic'],
    ['of-others', 'elsewhere', 'it does not read this topic'],
  ] as const) {
    it(`${service}, ${state}: ${text}`, () => {
      assert.equal(explain({ service, state } as Found, record, createPrivacy(false)), text);
    });
  }
});
