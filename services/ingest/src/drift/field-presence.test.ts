import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import { createFieldPresence } from './field-presence.ts';
import { optionalFields } from './optional-fields.ts';

const DAY_MS = 86_400_000;

function presence() {
  const made = createFieldPresence('order.created');
  let now = 0;
  return {
    ...made,
    see(times: number, fields: object): void {
      for (let event = 0; event < times; event += 1) {
        now += 1_000;
        made.observe({ meta: {}, orderId: 'o-1', ...fields } as unknown as AnyEvent, now);
      }
    },
    pass(ms: number): void {
      now += ms;
    },
    names: () => made.missing().map(({ field }) => field),
  };
}

describe('a field that always came', () => {
  it('is missing after 50 events without it, since the last of them, and no more when it comes', () => {
    const { see, missing, names } = presence();
    see(200, { email: 'eva@example.org', items: [1] });
    see(49, { email: null, items: [] });
    assert.deepEqual(names(), []);
    see(1, { email: null, items: [] });
    assert.deepEqual(missing(), [
      { field: 'email', since: 250_000 },
      { field: 'items', since: 250_000 },
    ]);
    see(1, { email: 'eva@example.org' });
    assert.deepEqual(names(), ['items']);
  });

  it('still counts as one after it was missing', () => {
    const { see, names } = presence();
    see(200, { email: 'eva@example.org' });
    see(5_000, {});
    see(1, { email: 'eva@example.org' });
    see(50, {});
    assert.deepEqual(names(), ['email']);
  });

  it('is forgotten after a week: the sender has dropped it', () => {
    const { see, pass, names, established } = presence();
    see(200, { email: 'eva@example.org' });
    see(50, {});
    pass(7 * DAY_MS);
    see(60, {});
    assert.deepEqual([names(), established()], [[], []]);
  });

  it('is known to the next process', () => {
    const { see, restore, names, established } = presence();
    restore('email');
    restore('nonsense');
    assert.deepEqual(established(), ['email']);
    see(50, {});
    assert.deepEqual(names(), ['email']);
  });
});

describe('a field', () => {
  it('is not missing that came too seldom, or in too few events', () => {
    const { see, names } = presence();
    for (let round = 0; round < 10; round += 1) {
      see(48, { email: 'eva@example.org' });
      see(1, {});
    }
    see(199, { phone: '1' });
    see(200, {});
    assert.deepEqual(names(), []);
  });

  it('is one that always comes after it did for long, although it once did not', () => {
    const { see, names } = presence();
    see(500, {});
    see(20_000, { email: 'eva@example.org' });
    see(50, {});
    assert.deepEqual(names(), ['email']);
  });
});

it('the fields of a record are known too; while the record is missing, it alone is news', () => {
  const fields = optionalFields('conversation.escalated').map((field) => field.join('.'));
  assert.ok(fields.includes('customer') && fields.includes('customer.email') && !fields.includes('meta'));
  const { observe, missing } = createFieldPresence('conversation.escalated');
  const see = (times: number, customer: object | null): void => {
    for (let event = 0; event < times; event += 1) observe({ customer } as unknown as AnyEvent, 1);
  };
  see(300, { name: 'Eva', email: 'eva@example.org' });
  see(50, { name: 'Eva', email: null });
  assert.deepEqual(
    missing().map(({ field }) => field),
    ['customer.email'],
  );
  see(50, null);
  assert.deepEqual(
    missing().map(({ field }) => field),
    ['customer'],
  );
});
