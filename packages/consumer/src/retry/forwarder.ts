import { backoff } from '@switchboard/async';
import { DeliveryError, eventAttributes, type Publisher } from '@switchboard/kafka';
import type { Span, SpanAttributes, Tracer } from '@switchboard/tracing';
import type { Logger } from 'pino';
import { carriedHeaders, EVENT_HEADERS, RETRY_HEADERS, UNVERIFIED } from '../assignment/headers.ts';
import type { ConsumedRecord } from '../assignment/record.ts';
import type { RetryPosition } from '../run/next.ts';
import type { RetryTopic, RetryTopics } from './retry-topics.ts';

/** Why an event is dead, as its headers tell; the message must hold nothing private. */
export interface CauseOfDeath {
  readonly code: string;
  readonly message: string;
}

/** Carries a record, its bytes untouched, to the next topic of the chain; returns when all in-sync replicas have it. */
export interface Forwarder {
  /** @returns why the topic will never take it, if that is so; then it is a dead letter. */
  retry(record: ConsumedRecord, topic: RetryTopic, to: RetryPosition): Promise<CauseOfDeath | undefined>;
  /** What the dead-letter topic refuses is offered again without its headers, until it is taken. */
  deadLetter(record: ConsumedRecord, cause: CauseOfDeath): Promise<void>;
  /** Records that Kafka refuses to take for the chain, and that are offered again. They stay uncommitted. */
  readonly refused: number;
  /** Throws while there are any. */
  check(): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A topic that has just been created is not known to all brokers yet: only so many answers are believed. */
const UNKNOWN_TOPIC_TRIES = 5;
/** A header is for a look at a list, not for a stack trace. */
const MESSAGE_LENGTH = 500;

type HeaderTexts = Record<string, string | Buffer>;

export function createForwarder(options: {
  retryTopics: RetryTopics;
  publisher: Publisher;
  logger: Logger;
  tracer: Tracer;
  stopping: AbortSignal;
}): Forwarder {
  const { retryTopics, publisher, logger, tracer, stopping } = options;
  /** By what Kafka last answered. */
  const refused = new Map<ConsumedRecord, DeliveryError>();

  /** Tries until it is there, or refused for good: giving up would lose the event, or block its partition. */
  async function publish(
    topic: string,
    record: ConsumedRecord,
    headers: HeaderTexts,
  ): Promise<DeliveryError | undefined> {
    const { key, value, from } = record;
    // Where it stands; the topics of the chain have the partition count of its sources.
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

  /** Beside the attempts, whose parent the record keeps, and not between them. */
  function trace<T>(topic: string, record: ConsumedRecord, send: (span: Span) => Promise<T>): Promise<T> {
    const attributes = (): SpanAttributes => ({
      ...eventAttributes(record.headers),
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.destination.name': topic,
      'messaging.consumer.group.name': retryTopics.service,
    });
    const cause = { traceparent: record.traceparent };
    return tracer.span({ kind: 'producer', name: `send ${topic}`, cause, attributes }, send);
  }

  const headersOf = (record: ConsumedRecord, carried: HeaderTexts): HeaderTexts => {
    const { traceparent, origin } = record;
    const { attempts, redrive } = record.position;
    return {
      ...carried,
      ...(traceparent === undefined ? {} : { traceparent }),
      [RETRY_HEADERS.originTopic]: origin.topic,
      [RETRY_HEADERS.originPartition]: String(origin.partition),
      [RETRY_HEADERS.originOffset]: String(origin.offset),
      [RETRY_HEADERS.originTimestamp]: origin.timestamp,
      [RETRY_HEADERS.attempt]: String(attempts),
      ...(redrive === 0 ? {} : { [RETRY_HEADERS.redrive]: String(redrive) }),
    };
  };

  return {
    async retry(record, { topic }, { round, hop, dueAt }) {
      const send = (): Promise<DeliveryError | undefined> =>
        publish(topic, record, {
          ...headersOf(record, carriedHeaders(record.message, record.headers)),
          [RETRY_HEADERS.round]: String(round),
          [RETRY_HEADERS.hop]: String(hop),
          [RETRY_HEADERS.dueAt]: String(dueAt),
        });
      // What only waits for another event may move often: its trace is not to grow by that.
      const error = round === record.position.round ? await send() : await trace(topic, record, send);
      return error && { code: 'UNDELIVERABLE', message: `${topic} does not take it (${error.code})` };
    },

    deadLetter: (record, { code, message }) =>
      trace(retryTopics.deadLetterTopic, record, async (span) => {
        span.fail(code);
        const cause = {
          '__dlq.errors.topic': record.origin.topic,
          '__dlq.errors.partition': String(record.origin.partition),
          '__dlq.errors.offset': String(record.origin.offset),
          '__dlq.errors.group': retryTopics.service,
          '__dlq.errors.delivery.count': String(record.position.attempts),
          '__dlq.errors.code': code,
          '__dlq.errors.message': message.slice(0, MESSAGE_LENGTH),
          '__dlq.errors.timestamp': String(Date.now()),
          ...(record.isVerified ? {} : { [UNVERIFIED]: 'true' }),
        };
        const whole = headersOf(record, carriedHeaders(record.message, record.headers));
        let error = await publish(retryTopics.deadLetterTopic, record, { ...whole, ...cause });
        for (let tries = 1; error !== undefined; tries += 1) {
          if (tries > 1) {
            refused.set(record, error);
            logger.error({ err: error, topic: retryTopics.deadLetterTopic }, 'a dead letter is refused, trying again');
            await pause(tries + UNKNOWN_TOPIC_TRIES);
          }
          error = await publish(retryTopics.deadLetterTopic, record, {
            ...headersOf(record, ofEvent(record)),
            ...cause,
          });
        }
      }),

    get refused() {
      return refused.size;
    },
    check() {
      const [error] = refused.values();
      if (error === undefined) return;
      throw new Error(`${refused.size} records are refused by the topics of the chain: ${error.message}`);
    },
  };
}

/** Whether no repetition can change the answer. */
const isFinal = ({ code }: DeliveryError, tries: number): boolean =>
  code === 'TOO_LARGE' || code === 'INVALID_RECORD' || (code === 'UNKNOWN_TOPIC' && tries >= UNKNOWN_TOPIC_TRIES);

/** Of the headers, those that tell which event it is. */
const ofEvent = ({ headers }: ConsumedRecord): HeaderTexts =>
  Object.fromEntries(EVENT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
