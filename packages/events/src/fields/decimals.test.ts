import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFields } from '../catalogue.ts';

const total = (sent: unknown): unknown => {
  const read = readFields('order.created', { orderId: 'o', total: sent });
  return read.ok ? read.fields.total : read.problems;
};

test('a decimal as text becomes its number', () => {
  for (const [text, number] of [
    ['10.00', 10],
    ['-0.25', -0.25],
    ['0', 0],
    ['123456789012345', 123456789012345],
  ] as const)
    assert.equal(total(text), number, text);
});

test('text that is not a decimal, or that a number cannot represent exactly, is a problem', () => {
  const wrong = [{ path: 'total', message: 'must be a number' }];
  for (const text of ['1.234567890123456', '0x10', '1e3', ' 1', '1,5', '', 'NaN', '1'.repeat(100_000)])
    assert.deepEqual(total(text), wrong, text.slice(0, 20));
});

test('a whole number as text must not have a fraction', () => {
  const read = (messageCount: string) => readFields('conversation.escalated', { conversationId: 'c', messageCount });
  assert.equal(read('12').ok, true);
  assert.equal(read('1.5').ok, false);
});
