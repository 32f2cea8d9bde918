export { clusterId, type ScopedRedis, watchCluster } from './cluster.ts';
export type { KafkaConnection } from './connection.ts';
export { type Chain, deadLetterTopicOf, type Tier } from './consume/chain.ts';
export { CHAIN_RECORD_BYTES } from './consume/chain-topics.ts';
export { type ConsumerState, consume, type RunningConsumer } from './consume/consume.ts';
export {
  type FailureHint,
  type Handler,
  type HandlerContext,
  type Handlers,
  PermanentError,
  UnavailableError,
} from './consume/handler.ts';
export type { PauseNote } from './consume/notes.ts';
export { type ConsumeLimits, type ConsumeOptions, DEFAULT_LIMITS } from './consume/options.ts';
export { epochMs } from './epoch-ms.ts';
export { DeliveryError, KafkaError } from './error.ts';
export { eventAttributes, withoutPerson } from './event-attributes.ts';
export { type DeadLetter, type LetterState, readDeadLetters } from './operate/dead-letters.ts';
export { findEvents } from './operate/find-events.ts';
export { type LedgerEntry, openLedger, placeName, readLedger } from './operate/ledger.ts';
export { readPauses } from './operate/pauses.ts';
export { readProgress, type ServiceProgress, type TopicProgress } from './operate/progress.ts';
export { purge } from './operate/purge.ts';
export { readRecords, redrive } from './operate/redrive.ts';
export { findWhereabouts, type Whereabouts } from './operate/whereabouts.ts';
export { type ClientName, createPublisher, type Publisher, type PublisherOptions } from './publish/publisher.ts';
export type { OutgoingRecord } from './publish/record.ts';
export { readTopics, setCommittedOffset } from './read-topic.ts';
export { openReader, type Reader, type StoredRecord } from './reader.ts';
export { redactId, redactSentence, shorten } from './redaction.ts';
export { createRedis, redisReply } from './redis.ts';
export { type Codec, createCodec } from './registry/codec.ts';
export { registerSchemas } from './registry/register.ts';
export { createSchemaCache } from './registry/schema-cache.ts';
export { brokerCount, createTopics, describeTopics } from './topics.ts';
