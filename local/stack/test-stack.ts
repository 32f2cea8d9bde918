import { environment } from '@switchboard/service';
import { LocalStackError } from './error.ts';

export interface TestStack {
  brokers: string;
  registryUrl: string;
  redisUrl: string;
}

/**
 * The addresses of the stack that the tests of this run share.
 * @throws LocalStackError when there is none
 */
export function testStack(variables = environment): TestStack {
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl, REDIS_URL: redisUrl } = variables;
  if (!brokers || !registryUrl || !redisUrl) {
    throw new LocalStackError(
      'This test needs Kafka, the schema registry and Redis: run it through `npm test`, or start them with ' +
        '`npm run local -- up` and set KAFKA_BROKERS, SCHEMA_REGISTRY_URL and REDIS_URL as it says.',
    );
  }
  return { brokers, registryUrl, redisUrl };
}
