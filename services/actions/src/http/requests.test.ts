import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLocales, waitSeconds } from './prefer.ts';
import { readRequest } from './read-request.ts';

it('Prefer says how long the caller waits', () => {
  const cases: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['wait=4', 4],
    ['return=minimal, Wait = 10', 10],
    ['wait=0', 0],
    ['respond-async', 0],
    ['respond-async, wait=2', 2],
    ['wait=-1', undefined],
    ['wait=4s', undefined],
    ['wait=9999999999', undefined],
  ];
  for (const [header, seconds] of cases) assert.equal(waitSeconds(header), seconds, header);
});

it('Accept-Language names locales, the best first', () => {
  assert.deepEqual(readLocales('de-AT, en;q=0.5, fr;q=0.8, *;q=0.1, xx-;q=1, nl;q=0'), ['de-AT', 'fr', 'en']);
  assert.deepEqual(readLocales(undefined), []);
  assert.ok(readLocales('de,'.repeat(10_000)).length <= 10);
});

describe('a body', () => {
  const read = (body: unknown, kind: 'api-key' | 'jwt' | 'signed' = 'jwt') => readRequest(body, { kind });

  it('has the input, the conversation and the confirmation', () => {
    assert.deepEqual(read({ input: { a: 1 }, conversationId: 'c', confirm: 'token' }), {
      ok: true,
      input: { a: 1 },
      conversationId: 'c',
      confirm: 'token',
      actsFor: undefined,
    });
    assert.deepEqual(read({}), {
      ok: true,
      input: {},
      conversationId: undefined,
      confirm: undefined,
      actsFor: undefined,
    });
  });

  it('that is signed may have the input beside the customer', () => {
    const flat = { email: 'jane@shop.example', userId: 'u', conversationId: 'c', orderId: '1' };
    assert.deepEqual(read(flat, 'signed'), {
      ok: true,
      input: { orderId: '1' },
      conversationId: 'c',
      confirm: undefined,
      actsFor: undefined,
    });
    assert.deepEqual(read({ email: 'jane@shop.example', input: { orderId: '1' } }, 'signed'), {
      ok: true,
      input: { orderId: '1' },
      conversationId: undefined,
      confirm: undefined,
      actsFor: undefined,
    });
    assert.ok(!read({ email: 'jane@shop.example', input: {}, orderId: '1' }, 'signed').ok);
  });

  it('names a customer only if it is signed', () => {
    for (const kind of ['jwt', 'api-key'] as const)
      assert.ok(!read({ email: 'jane@shop.example', input: {} }, kind).ok);
  });

  it('is refused in another form', () => {
    for (const body of [
      undefined,
      [],
      null,
      7,
      { input: {}, conversationId: 7 },
      { input: {}, confirm: 'x'.repeat(300) },
    ]) {
      assert.ok(!read(body).ok, JSON.stringify(body));
    }
  });
});
