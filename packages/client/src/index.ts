export { type Batcher, type BatcherOptions, createBatcher } from './batcher.ts';
export {
  type Client,
  type ClientOptions,
  createClient,
  type SendOptions,
  type Sent,
  type WebhookEvent,
} from './client.ts';
export { createEventsClient, type Event, type EventsClient, type EventsClientOptions } from './events-client.ts';
export type { SendingOptions } from './options.ts';
export type { Retry } from './retry.ts';
export { type EventResult, type Problem, SendError, type SendErrorCode } from './send-error.ts';
export { sign } from './sign.ts';
