import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KafkaError } from '@switchboard/kafka';
import pino from 'pino';
import type { ConsumedRecord } from '../assignment/record.ts';
import { PermanentError, UnavailableError } from '../handler.ts';
import { Attempt, causeOf, outcomeOf, whyPaused } from './attempt.ts';

describe('a failure', () => {
  it('is permanent if the handler says so, with its code', () => {
    assert.deepEqual(outcomeOf(new PermanentError('NO_SUCH_CONTACT', 'gone')), {
      kind: 'permanent',
      cause: { code: 'NO_SUCH_CONTACT', message: 'gone' },
    });
  });

  it('is not the fault of the event if the outside system or the registry is down', () => {
    assert.deepEqual(outcomeOf(new UnavailableError('hubspot')), {
      ...{ kind: 'unavailable', waitsFor: 'outside', target: 'hubspot', isBusy: false, retryAfterMs: 0 },
      why: 'hubspot is unavailable',
    });
    const registry = new KafkaError('REGISTRY_UNREACHABLE', 'no answer');
    assert.deepEqual(outcomeOf(registry), { kind: 'unavailable', waitsFor: 'registry' });
  });

  it('is retried otherwise, bugs included, not before its `retryAfterMs`', () => {
    for (const error of [new Error('x'), new TypeError('x'), 'text', undefined, null, { odd: true }]) {
      assert.equal(outcomeOf(error).kind, 'failed');
    }
    const later = outcomeOf(Object.assign(new Error('429'), { retryAfterMs: 7_000 }));
    assert.equal(later.kind === 'failed' && later.retryAfterMs, 7_000);
  });
});

it('retryAfterMs is a whole number of at most a day', () => {
  const waitOf = (retryAfterMs: unknown): unknown => {
    const outcome = outcomeOf(Object.assign(new Error('429'), { retryAfterMs }));
    return outcome.kind === 'failed' && outcome.retryAfterMs;
  };
  assert.deepEqual([12.3, Number.POSITIVE_INFINITY, Number.NaN, -1, '5'].map(waitOf), [13, 24 * 3_600_000, 0, 0, 0]);
});

it('the reason of a pause includes the cause of the error', () => {
  const cause = new Error('slack answered invalid_auth for eva.b@example.org: check SLACK_TOKEN');
  const { reason } = whyPaused(new UnavailableError('slack', { cause }));
  assert.equal(reason, 'slack is unavailable: slack answered invalid_auth for [e-mail]: check SLACK_TOKEN');
});

describe('the cause of a failure', () => {
  it('keeps the details for an operator without addresses or numbers of people', () => {
    const { code, message } = causeOf(
      new RangeError('no ticket for eva.b@example.org or +49 (170) 123-45 67, order 4711'),
    );
    assert.equal(code, 'RangeError');
    assert.equal(message, 'no ticket for [e-mail] or [number], order 4711');
    const cut = causeOf(new Error(`${'x'.repeat(1_990)} eva.b@example.org`)).message;
    assert.doesNotMatch(cut, /eva/, 'an address that was cut in two');
  });
});

it('a handler may take skip out of its context', () => {
  const attempt = new Attempt({ position: { attempts: 1 } } as ConsumedRecord, 'service', pino({ level: 'silent' }));
  const { skip } = attempt;
  skip('not_opted_in');
  assert.equal(attempt.skipped, 'not_opted_in');
});
