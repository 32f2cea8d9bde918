import { createRateLimiter } from '@switchboard/async';
import type { OutgoingRecord } from '@switchboard/kafka';
import { keptRecord } from './quarantine.ts';
import type { Source } from './sources/sources.ts';

export const SKIPPED_TOPIC = 'ingest.skipped';

/** Keeps bodies of undeclared types, which were answered 200, for when their type is declared. */
export interface SkippedBodies {
  /** Returns at once. A body that cannot be kept is only counted: nothing is promised for it. */
  keep(body: Omit<Parameters<typeof keptRecord>[1], 'refusal'>, name: string): void;
}

interface SkippedBodiesOptions {
  publish(record: OutgoingRecord): Promise<void>;
  /** A body was not kept. */
  dropped(source: Source): void;
}

/** Enough to collect examples of every type. A sender of junk must not take the room of events in the queue for Kafka. */
const RATE = { perSecond: 20, burst: 200 };
const MOST_BYTES = 256 * 1024;

export function createSkippedBodies({ publish, dropped }: SkippedBodiesOptions): SkippedBodies {
  const rates = createRateLimiter();
  return {
    keep(body, name) {
      const { source } = body;
      if (body.body.length > MOST_BYTES || rates.take(source.name, RATE) > 0) return dropped(source);
      const refusal = { reason: 'undeclared', error: name } as const;
      publish(keptRecord(SKIPPED_TOPIC, { ...body, refusal })).catch(() => dropped(source));
    },
  };
}
