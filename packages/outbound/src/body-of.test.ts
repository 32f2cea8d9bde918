import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { bodyOf } from './body-of.ts';

const Created = Type.Object({ id: Type.String() });
const target = { name: 'helpdesk' };

test('an answer that its API promises is taken as it is', () => {
  const body = { id: '1', more: true };
  assert.equal(bodyOf(Created, { body }, target), body);
});

test('another answer is refused without being quoted; the request may have had its effect', () => {
  for (const body of [undefined, null, 'private', [], { id: 1, name: 'private' }]) {
    assert.throws(() => bodyOf(Created, { body }, target), {
      code: 'BAD_RESPONSE',
      target: 'helpdesk',
      retry: undefined,
      message: "helpdesk answers in a form that is not its API's: check its URL",
    });
  }
});
