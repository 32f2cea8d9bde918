import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KafkaConnection } from './connection.ts';
import { KafkaError } from './error.ts';
import { refusedByKafka } from './refused.ts';

const connection: KafkaConnection = { brokers: 'a:9093', principal: 'crm-sync' };
const refusal = (type: string): Error => Object.assign(new Error('refused'), { type });

describe('an error of Kafka', () => {
  it('about a right names the principal and the right', () => {
    const error = new Error('wrapped', { cause: refusal('GROUP_AUTHORIZATION_FAILED') });
    assert.deepEqual(
      [refusedByKafka(error, connection, 'Read on group crm-sync')].map((found) => [found?.code, found?.message]),
      [['FORBIDDEN', 'Kafka denies crm-sync Read on group crm-sync: grant it, see deploy/kafka/acls.sh']],
    );
  });

  it('that was explained where the request was sent keeps its explanation', () => {
    const known = new KafkaError('FORBIDDEN', 'the right', { cause: refusal('TOPIC_AUTHORIZATION_FAILED') });
    assert.equal(refusedByKafka(new Error('outer', { cause: known }), connection), known);
  });

  it('in a list of errors is found', () => {
    const error = new AggregateError([new Error('no answer'), refusal('SASL_AUTHENTICATION_FAILED')]);
    assert.equal(refusedByKafka(error, connection)?.code, 'UNAUTHENTICATED');
  });

  it('about anything else is none of these', () => {
    for (const other of [refusal('NOT_LEADER_FOR_PARTITION'), new Error('CERT_HAS_EXPIRED'), 'text', undefined]) {
      assert.equal(refusedByKafka(other, connection), undefined);
    }
  });
});
