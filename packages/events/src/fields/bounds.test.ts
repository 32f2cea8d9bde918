import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textPlaces } from '../../fixtures/index.ts';
import { type EventType, eventTypes, readFields } from '../catalogue.ts';

const messagesOf = (type: EventType, sent: Record<string, unknown>): string[] => {
  const read = readFields(type, sent);
  return read.ok ? [] : read.problems.map(({ path, message }) => `${path} ${message}`);
};

describe('every text that a sender chooses', () => {
  for (const type of eventTypes) {
    it(`has a bound in ${type}, and is refused beyond it`, () => {
      const bounded = textPlaces(type).filter(({ path }) => path !== '(unknown)' && !path.includes('[…]'));
      assert.ok(bounded.length >= 2, 'the bounded fields are found');
      for (const { path, bound, fieldsWith } of bounded) {
        assert.ok(bound <= 1_048_576, `${path} is bounded`);
        const messages = messagesOf(type, fieldsWith('x'.repeat(bound + 1)));
        assert.equal(messages.length, 1, path);
        assert.match(
          messages[0] ?? '',
          new RegExp(`must (have at most|be a key of at most) ${bound} characters$`),
          path,
        );
        // Formatted fields such as times of day also have a pattern.
        const allowed = messagesOf(type, fieldsWith('x'.repeat(bound))).filter((text) => !text.includes('must match'));
        assert.deepEqual(allowed, [], path);
      }
    });
  }
});

it('ids have at most 256 characters, like event ids', () => {
  assert.deepEqual(messagesOf('order.created', { order_id: 'o'.repeat(10_000) }), [
    'order_id must have at most 256 characters',
  ]);
  assert.deepEqual(messagesOf('order.created', { orderId: 'o'.repeat(256) }), []);
});

it('lists and maps have a bound, and their items are not read beyond it', () => {
  const transcript = Array.from({ length: 10_001 }, () => 'no turn at all');
  assert.deepEqual(messagesOf('conversation.escalated', { conversationId: 'c', transcript }), [
    'transcript must have at most 10000 items',
  ]);
  const topics = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`t${index}`, true]));
  assert.deepEqual(messagesOf('preference.updated', { userId: 'u', topics }), ['topics must have at most 256 entries']);
});
