export { type ConsumerContext, type ConsumerDefinition, runConsumer } from './run-consumer.ts';
