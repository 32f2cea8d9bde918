import type { Span, SpanAttributes, Tracer } from '@switchboard/tracing';
import type { IHeaders } from 'kafkajs';
import type { Logger } from 'pino';
import { eventAttributes } from '../event-attributes.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Chain, Tier } from './chain.ts';
import { CHAIN_HEADERS, type ConsumedRecord } from './record.ts';

/** Why an event is dead, as its headers tell; the message must hold nothing private. */
export interface CauseOfDeath {
  readonly code: string;
  readonly message: string;
}

/** Carries a record, its bytes untouched, to the next topic of the chain; returns when all in-sync replicas have it. */
export interface Forwarder {
  retry(record: ConsumedRecord, tier: Tier, next: { round: number; dueAt: number }): Promise<void>;
  bury(record: ConsumedRecord, cause: CauseOfDeath): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A header is for a look at a list, not for a stack trace. */
const MESSAGE_LENGTH = 500;

export function createForwarder(options: {
  chain: Chain;
  publisher: Publisher;
  logger: Logger;
  tracer: Tracer;
  stopping: AbortSignal;
}): Forwarder {
  const { chain, publisher, logger, tracer, stopping } = options;

  /** Tries until it is there: giving up would mean to lose the event or to block its partition for good. */
  async function publish(topic: string, record: ConsumedRecord, headers: Record<string, string>): Promise<void> {
    const { key, value, traceparent } = record;
    const outgoing = {
      topic,
      partition: record.origin.partition,
      key,
      value,
      headers: { ...plainHeaders(record.headers), ...(traceparent === undefined ? {} : { traceparent }), ...headers },
    };
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await publisher.publish(outgoing);
      } catch (error) {
        if (stopping.aborted) throw error;
        logger.warn({ err: error, topic }, 'could not forward a record, trying again');
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
      }
    }
  }

  /** Beside the attempts, whose parent the record keeps, and not between them. */
  function trace(topic: string, record: ConsumedRecord, send: (span: Span) => Promise<void>): Promise<void> {
    const attributes = (): SpanAttributes => ({
      ...eventAttributes(record.headers),
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.destination.name': topic,
      'messaging.consumer.group.name': chain.service,
    });
    const cause = { traceparent: record.traceparent };
    return tracer.span({ kind: 'producer', name: `send ${topic}`, cause, attributes }, send);
  }

  const origin = ({ origin: { topic, partition, offset, timestamp } }: ConsumedRecord): Record<string, string> => ({
    [CHAIN_HEADERS.originTopic]: topic,
    [CHAIN_HEADERS.originPartition]: String(partition),
    [CHAIN_HEADERS.originOffset]: String(offset),
    [CHAIN_HEADERS.originTimestamp]: timestamp,
  });

  return {
    retry(record, { topic }, { round, dueAt }) {
      const send = (): Promise<void> =>
        publish(topic, record, {
          ...origin(record),
          [CHAIN_HEADERS.attempt]: String(record.attempts),
          [CHAIN_HEADERS.round]: String(round),
          [CHAIN_HEADERS.hop]: String(record.hop + 1),
          [CHAIN_HEADERS.dueAt]: String(dueAt),
        });
      // What only waits for another event may move often: its trace is not to grow by that.
      return round === record.round ? send() : trace(topic, record, send);
    },

    bury: (record, { code, message }) =>
      trace(chain.deadLetterTopic, record, (span) => {
        span.fail(code);
        return publish(chain.deadLetterTopic, record, {
          ...origin(record),
          [CHAIN_HEADERS.attempt]: String(record.attempts),
          '__dlq.errors.topic': record.origin.topic,
          '__dlq.errors.partition': String(record.origin.partition),
          '__dlq.errors.offset': String(record.origin.offset),
          '__dlq.errors.group': chain.service,
          '__dlq.errors.delivery.count': String(record.attempts),
          '__dlq.errors.code': code,
          '__dlq.errors.message': message.slice(0, MESSAGE_LENGTH),
          '__dlq.errors.timestamp': String(Date.now()),
        });
      }),
  };
}

/** Of a header that came more than once, the last one counts, as with most clients. */
function plainHeaders(headers: IHeaders | undefined): Record<string, string | Buffer> {
  const plain: Record<string, string | Buffer> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) plain[name] = last;
  }
  return plain;
}
