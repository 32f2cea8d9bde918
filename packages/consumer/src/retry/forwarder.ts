import { backoff } from '@switchboard/async';
import { DeliveryError, eventAttributes, type Publisher } from '@switchboard/kafka';
import type { Span, SpanAttributes, Tracer } from '@switchboard/tracing';
import type { Logger } from 'pino';
import { readHeaders } from '../assignment/headers.ts';
import type { ConsumedRecord } from '../assignment/record.ts';
import type { RetryPosition } from '../run/next.ts';
import {
  allHeaders,
  type CauseOfDeath,
  causeHeaders,
  type HeaderTexts,
  ownHeaders,
  retryHeaders,
} from './forwarded-headers.ts';
import type { RetryTopic, RetryTopics } from './retry-topics.ts';

/** Forwards a record with unchanged bytes. Resolves when all in-sync replicas have it. */
export interface Forwarder {
  /** @returns the cause of death if the topic refuses the record for good */
  retry(record: ConsumedRecord, topic: RetryTopic, to: RetryPosition): Promise<CauseOfDeath | undefined>;
  /** Offers a refused dead letter again without the sender's headers, until the topic takes it. */
  deadLetter(record: ConsumedRecord, cause: CauseOfDeath): Promise<void>;
  /** Records that Kafka refuses in retry and dead-letter topics. They are offered again and stay uncommitted. */
  readonly refused: number;
  /** Throws while there are refused records. */
  check(): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Brokers may not know a topic that was just created. The error counts as final after this many tries. */
const UNKNOWN_TOPIC_TRIES = 5;
export function createForwarder(options: {
  retryTopics: RetryTopics;
  publisher: Publisher;
  logger: Logger;
  tracer: Tracer;
  stopping: AbortSignal;
}): Forwarder {
  const { retryTopics, publisher, logger, tracer, stopping } = options;
  /** The last answer of Kafka for each refused record. */
  const refused = new Map<ConsumedRecord, DeliveryError>();

  /** Tries until Kafka takes the record or refuses it for good, so that no event is lost or blocks its partition. */
  async function publish(
    topic: string,
    record: ConsumedRecord,
    headers: HeaderTexts,
  ): Promise<DeliveryError | undefined> {
    const { key, value, from } = record;
    // Retry topics have the partition count of the source topics, so the record keeps its partition.
    const outgoing = { topic, partition: from.partition, key, value, headers };
    for (let tries = 1; ; tries += 1) {
      try {
        await publisher.publish(outgoing);
        refused.delete(record);
        return undefined;
      } catch (error) {
        if (stopping.aborted) throw error;
        if (error instanceof DeliveryError) {
          if (isFinal(error, tries)) return error;
          if (error.code === 'REFUSED') refused.set(record, error);
        }
        logger.warn({ err: error, topic }, 'could not forward a record, trying again');
        await pause(tries);
      }
    }
  }

  async function pause(tries: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, backoff(FIRST_PAUSE_MS, tries, LONGEST_PAUSE_MS)));
  }

  /** The span is a sibling of the attempts, since the record keeps their parent. */
  function trace<T>(topic: string, record: ConsumedRecord, send: (span: Span) => Promise<T>): Promise<T> {
    const attributes = (): SpanAttributes => ({
      ...eventAttributes(readHeaders(record.message)),
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.destination.name': topic,
      'messaging.consumer.group.name': retryTopics.service,
    });
    const cause = { traceparent: record.traceparent };
    return tracer.span({ kind: 'producer', name: `send ${topic}`, cause, attributes }, send);
  }

  return {
    async retry(record, { topic }, { round, hop, dueAt }) {
      const send = (): Promise<DeliveryError | undefined> =>
        publish(topic, record, retryHeaders(record, { round, hop, dueAt }));
      // A deferred event can move often, so deferrals get no span: they would bloat its trace.
      const error = round === record.position.round ? await send() : await trace(topic, record, send);
      return error && { code: 'UNDELIVERABLE', message: `${topic} refuses the record (${error.code})` };
    },

    deadLetter: (record, { code, message }) =>
      trace(retryTopics.deadLetterTopic, record, async (span) => {
        span.fail(code);
        const dead = causeHeaders(record, retryTopics.service, { code, message });
        let error = await publish(retryTopics.deadLetterTopic, record, { ...allHeaders(record), ...dead });
        for (let tries = 1; error !== undefined; tries += 1) {
          if (tries > 1) {
            refused.set(record, error);
            logger.error(
              { err: error, topic: retryTopics.deadLetterTopic },
              'Kafka refuses a dead letter, trying again',
            );
            await pause(tries + UNKNOWN_TOPIC_TRIES);
          }
          error = await publish(retryTopics.deadLetterTopic, record, { ...ownHeaders(record), ...dead });
        }
      }),

    get refused() {
      return refused.size;
    },
    check() {
      const [error] = refused.values();
      if (error === undefined) return;
      throw new Error(`Kafka refuses ${refused.size} records in retry or dead-letter topics: ${error.message}`);
    },
  };
}

/** Whether another try cannot succeed. */
const isFinal = ({ code }: DeliveryError, tries: number): boolean =>
  code === 'TOO_LARGE' || code === 'INVALID_RECORD' || (code === 'UNKNOWN_TOPIC' && tries >= UNKNOWN_TOPIC_TRIES);
