import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testStack } from './test-stack.ts';

test('the addresses come from the environment of the test run', () => {
  const variables = { KAFKA_BROKERS: 'a:1', SCHEMA_REGISTRY_URL: 'http://b', REDIS_URL: 'redis://c' };
  assert.deepEqual(testStack(variables), { brokers: 'a:1', registryUrl: 'http://b', redisUrl: 'redis://c' });
});

test('without them it is said how to get them', () => {
  assert.throws(() => testStack({ KAFKA_BROKERS: 'a:1' }), { name: 'LocalStackError', message: /npm test/ });
});
