import { KafkaError } from '@switchboard/kafka';

export interface RetryTopic {
  readonly topic: string;
  readonly delayMs: number;
}

/** The retry topics of a service. A failing event goes from one to the next, then to the dead-letter topic. */
export interface RetryTopics {
  readonly service: string;
  /** In ascending order of their delays. */
  readonly retries: readonly RetryTopic[];
  /** Where events wait for an outside system for long. They enter and leave it without spending an attempt. */
  readonly waiting: RetryTopic;
  readonly deadLetterTopic: string;
  /** The names of the retry topics, the waiting topic and the dead-letter topic. */
  readonly topics: readonly string[];
}

/** The longest pause that a handler can ask for. */
const DAY_MS = 24 * 3_600_000;

/** No event waits longer in a retry topic. */
export const longestWaitMs = ({ retries }: RetryTopics): number => (retries.at(-1)?.delayMs ?? 0) + DAY_MS;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * The level of the waiting topic in Redis; retry topics count from 1. A version without a waiting topic takes it for
 * its last retry topic, which keeps the order.
 */
export const WAITING_LEVEL = 99;

/** Begins like the names of retry topics, so that the rights for those cover it. */
export const waitingTopicOf = (service: string): string => `${service}.retry.waiting`;

export const deadLetterTopicOf = (service: string): string => `${service}.dlq`;

/** @param delays one per retry topic, in ascending order, such as `['5s', '1m', '10m']`; part of the topic names */
export function retryTopicsOf(service: string, delays: readonly string[]): RetryTopics {
  const retries = delays.map((delay) => ({ topic: `${service}.retry.${delay}`, delayMs: durationOf(delay) }));
  const waiting = { topic: waitingTopicOf(service), delayMs: 0 };
  const deadLetterTopic = deadLetterTopicOf(service);
  const topics = [...retries.map(({ topic }) => topic), waiting.topic, deadLetterTopic];
  return { service, retries, waiting, deadLetterTopic, topics };
}

function durationOf(text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new KafkaError('INVALID_OPTION', `A retry delay is a number with ms, s, m or h, such as 10m; got "${text}".`);
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}
