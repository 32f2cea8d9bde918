import { DeliveryError } from '../error.ts';
import type { Clock } from './clock.ts';
import { createDeadlines } from './deadlines.ts';
import type { Settled } from './partition-queue.ts';

export interface TopicGate {
  /** The topic's partition count, once known. It never changes. */
  partitions(topic: string): number | undefined;
  /** Enters the record when the count is known. Records of a topic enter in order of arrival. */
  wait(topic: string, waiting: Waiting): void;
  /** Bytes of waiting records. */
  readonly bytes: number;
}

export interface Waiting {
  readonly bytes: number;
  /** On the batcher's clock. */
  readonly deadline: number;
  enter(partitions: number): void;
  readonly done: Settled;
}

/** A new topic takes a moment to be known to all brokers. */
const SPREAD_MS = 1_000;
const PAUSE = { leastMs: 50, mostMs: 400 };

/** Holds the first records of each topic until its partition count is known. */
export function createTopicGate(clock: Clock, ask: (topic: string) => Promise<number>): TopicGate {
  const known = new Map<string, number>();
  const queues = new Map<string, Set<Waiting>>();
  const reasons = new Map<Waiting, unknown>();
  const deadlines = createDeadlines<Waiting>(clock, expire);
  let bytes = 0;

  function leave(queue: Set<Waiting>, waiting: Waiting): void {
    queue.delete(waiting);
    deadlines.delete(waiting);
    reasons.delete(waiting);
    bytes -= waiting.bytes;
  }

  function expire(waiting: Waiting): void {
    const cause = reasons.get(waiting);
    for (const queue of queues.values()) {
      if (queue.has(waiting)) leave(queue, waiting);
    }
    waiting.done(new DeliveryError('TIMEOUT', 'Kafka did not return topic metadata in time: send again', { cause }));
  }

  async function load(topic: string, queue: Set<Waiting>): Promise<void> {
    const startedAt = clock.now();
    for (let pause = PAUSE.leastMs; queue.size > 0; pause = Math.min(pause * 2, PAUSE.mostMs)) {
      try {
        const partitions = await ask(topic);
        known.set(topic, partitions);
        for (const waiting of queue) {
          leave(queue, waiting);
          waiting.enter(partitions);
        }
        break;
      } catch (error) {
        const mayAppear = !(error instanceof DeliveryError) || error.code === 'UNKNOWN_TOPIC';
        const final = error instanceof DeliveryError && !(mayAppear && clock.now() - startedAt < SPREAD_MS);
        for (const waiting of queue) {
          if (!final) {
            reasons.set(waiting, error);
            continue;
          }
          leave(queue, waiting);
          waiting.done(error);
        }
      }
      if (queue.size > 0) await new Promise<void>((resolve) => clock.after(pause, resolve));
    }
    queues.delete(topic);
  }

  return {
    partitions: (topic) => known.get(topic),
    get bytes() {
      return bytes;
    },
    wait(topic, waiting) {
      bytes += waiting.bytes;
      deadlines.add(waiting);
      const queue = queues.get(topic);
      if (queue !== undefined) {
        queue.add(waiting);
        return;
      }
      const opened = new Set([waiting]);
      queues.set(topic, opened);
      load(topic, opened);
    },
  };
}
