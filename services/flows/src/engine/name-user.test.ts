import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import { nameUser } from './name-user.ts';

const people = {
  userOf: async (tenant: string, [first]: readonly { kind: string; value: string }[]) =>
    tenant === 'acme' && first?.value === 'jane@x.example' ? 'jane' : undefined,
};
const shipped = (fields: object): AnyEvent =>
  ({
    meta: { type: 'order.shipped', tenant: 'acme', source: 'shop' },
    orderId: 'o-1',
    ...fields,
  }) as unknown as AnyEvent;
const named = async (fields: object): Promise<unknown> =>
  ((await nameUser(shipped(fields), people)) as { userId?: string }).userId;

it('an event with only an e-mail gets the chat user whom who is who knows', async () => {
  assert.equal(await named({ userId: null, email: 'Jane@x.example', phone: null, customerId: null }), 'jane');
  assert.equal(await named({ userId: null, email: 'john@x.example', phone: null, customerId: null }), null);
  assert.equal(await named({ userId: 'joe', email: 'jane@x.example', phone: null, customerId: null }), 'joe');
});
