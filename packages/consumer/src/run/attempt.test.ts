import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KafkaError } from '@switchboard/kafka';
import { PermanentError, UnavailableError } from '../handler.ts';
import { causeOf, outcomeOf, whyPaused } from './attempt.ts';

describe('a failure', () => {
  it('that the handler calls permanent is permanent, with its code', () => {
    assert.deepEqual(outcomeOf(new PermanentError('NO_SUCH_CONTACT', 'gone')), {
      kind: 'permanent',
      cause: { code: 'NO_SUCH_CONTACT', message: 'gone' },
    });
  });

  it('of the outside system or the registry as a whole is no failure of the event', () => {
    assert.deepEqual(outcomeOf(new UnavailableError('hubspot')), { kind: 'unavailable', waitsFor: 'outside' });
    const registry = new KafkaError('REGISTRY_UNREACHABLE', 'no answer');
    assert.deepEqual(outcomeOf(registry), { kind: 'unavailable', waitsFor: 'registry' });
  });

  it('of any other kind is retried, bugs included, and says when, if it knows', () => {
    for (const error of [new Error('x'), new TypeError('x'), 'text', undefined, null, { odd: true }]) {
      assert.equal(outcomeOf(error).kind, 'failed');
    }
    const later = outcomeOf(Object.assign(new Error('429'), { retryAfterMs: 7_000 }));
    assert.equal(later.kind === 'failed' && later.retryAfterMs, 7_000);
  });
});

it('a time to wait is whole, and never so long that nobody looks for the event any more', () => {
  const waitOf = (retryAfterMs: unknown): unknown => {
    const outcome = outcomeOf(Object.assign(new Error('429'), { retryAfterMs }));
    return outcome.kind === 'failed' && outcome.retryAfterMs;
  };
  assert.deepEqual([12.3, Number.POSITIVE_INFINITY, Number.NaN, -1, '5'].map(waitOf), [13, 24 * 3_600_000, 0, 0, 0]);
});

it('a pause is told with what is behind it', () => {
  const cause = new Error('slack answered invalid_auth for eva.b@example.org: check SLACK_TOKEN');
  const { reason } = whyPaused(new UnavailableError('slack', { cause }));
  assert.equal(reason, 'slack is unavailable: slack answered invalid_auth for [e-mail]: check SLACK_TOKEN');
});

describe('the cause of a failure', () => {
  it('keeps what an operator needs and no address or number of a person', () => {
    const { code, message } = causeOf(
      new RangeError('no ticket for eva.b@example.org or +49 (170) 123-45 67, order 4711'),
    );
    assert.equal(code, 'RangeError');
    assert.equal(message, 'no ticket for [e-mail] or [number], order 4711');
    const cut = causeOf(new Error(`${'x'.repeat(1_990)} eva.b@example.org`)).message;
    assert.doesNotMatch(cut, /eva/, 'an address that was cut in two');
  });
});
