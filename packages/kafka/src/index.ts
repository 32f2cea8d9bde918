export type { KafkaConnection } from './connection.ts';
export type { Chain, Tier } from './consume/chain.ts';
export { type ConsumerState, consume, type RunningConsumer } from './consume/consume.ts';
export {
  type FailureHint,
  type Handler,
  type HandlerContext,
  type Handlers,
  PermanentError,
  UnavailableError,
} from './consume/handler.ts';
export type { ConsumeLimits, ConsumeOptions } from './consume/options.ts';
export { DeliveryError, KafkaError } from './error.ts';
