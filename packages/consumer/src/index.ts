export { idsOf } from '@switchboard/kafka';
export { type ConsumerState, consume, type RunningConsumer } from './consume.ts';
export { eachStep } from './each-step.ts';
export {
  type FailureHint,
  type Handler,
  type HandlerContext,
  type Handlers,
  PermanentError,
  UnavailableError,
} from './handler.ts';
export { type ConsumeLimits, type ConsumeOptions, DEFAULT_LIMITS } from './options.ts';
export { type Availability, createAvailability, type TargetDetail } from './queues/availability.ts';
export { redisReply } from './redis/redis-reply.ts';
export { RETRY_RECORD_BYTES } from './retry/chain-topics.ts';
export { inEach } from './run/in-each.ts';
export { noteMade } from './run/outside-effect.ts';
export type { ConsumerContext, ConsumerDefinition } from './service/open-consumer.ts';
export { runConsumer } from './service/run-consumer.ts';
