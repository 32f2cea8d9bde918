export type { ConsumerContext, ConsumerDefinition } from './open-consumer.ts';
export { runConsumer } from './run-consumer.ts';
