import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Handler, PermanentError } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
import { createFixture, type Fixture } from './fixture.ts';

type ReceivedHandler = Handler<'message.received'>;

const misbehaviours: { what: string; misbehave: ReceivedHandler; code: string; count: number }[] = [
  {
    what: 'throws an Error',
    misbehave: () => {
      throw new Error('cannot reach anna@example.org, +49 170 1234567');
    },
    code: 'Error',
    count: 4,
  },
  {
    what: 'throws a TypeError, which stops a kafkajs consumer permanently',
    misbehave: () => (undefined as unknown as { length: () => void }).length(),
    code: 'TypeError',
    count: 4,
  },
  { what: 'rejects with undefined', misbehave: () => Promise.reject(undefined), code: 'NOT_AN_ERROR', count: 4 },
  {
    what: 'rejects the event permanently',
    misbehave: () => Promise.reject(new PermanentError('REJECTED', 'rejected by a rule')),
    code: 'REJECTED',
    count: 1,
  },
  { what: 'never settles', misbehave: () => new Promise(() => {}), code: 'HANDLER_TIMEOUT', count: 4 },
];

for (const { what, misbehave, code, count } of misbehaviours) {
  describe(`a handler that ${what}`, () => {
    let fixture: Fixture;
    before(async () => {
      fixture = await createFixture({ partitions: 1 });
    });
    after(() => fixture.close());

    it('affects only its own event, which is dead with its reason; the partition continues', async () => {
      const seen: string[] = [];
      const limits = { handlerTimeoutMs: 300, leaseMs: 1_000 };
      const consumer = await fixture.start({ limits }, (event, context) => {
        if (event.conversationId === 'bad' && event.messageId === '1') return misbehave(event, context);
        seen.push(`${event.conversationId}-${event.messageId}`);
      });
      await fixture.send('bad', 1);
      await Promise.all([1, 2, 3].map((number) => fixture.send('good', number)));
      await until('other keys go on', () => seen.filter((name) => name.startsWith('good')).length === 3);

      await until('the event is dead', () => consumer.state().counts.dead === 1);
      const [letter, ...others] = await fixture.deadLetters();
      assert.equal(others.length, 0);
      assert.equal(letter?.headers['__dlq.errors.code'], code);
      assert.equal(letter?.headers['__dlq.errors.delivery.count'], String(count));
      assert.equal(letter?.headers['__dlq.errors.topic'], fixture.topic);
      assert.equal(letter?.headers['__dlq.errors.group'], fixture.service);
      assert.doesNotMatch(letter?.headers['__dlq.errors.message'] ?? '', /anna|170/);

      await fixture.send('bad', 2);
      await until('the key goes on', () => seen.includes('bad-2'));
      assert.equal(consumer.failure, undefined);
    });
  });
}

describe('the context of a handler', () => {
  it('has the attempt, a stable idempotency key, and a signal that aborts at the timeout', async () => {
    const fixture = await createFixture({ partitions: 1 });
    const attempts: number[] = [];
    const keys = new Set<string>();
    let aborted = 0;
    await fixture.start({ limits: { handlerTimeoutMs: 200 } }, (_event, { attempt, idempotencyKey, signal }) => {
      attempts.push(attempt);
      keys.add(idempotencyKey);
      if (attempt === 3) return;
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted += 1;
          reject(signal.reason);
        });
      });
    });
    await fixture.send('key', 1);
    await until('the third run succeeds', () => attempts.length === 3);
    assert.deepEqual(attempts, [1, 2, 3]);
    assert.equal(keys.size, 1);
    assert.equal(aborted, 2);
    await fixture.close();
  });
});
