import type { KafkaConnection, Publisher } from '@switchboard/kafka';
import pino from 'pino';
import { DEFAULT_LIMITS } from '../options.ts';
import { createEventState } from '../redis/event-state.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import { keyspaceOf } from '../redis/state-keys.ts';
import { deadLetterTopicOf } from '../retry/retry-topics.ts';
import { type DeadLetter, letterPlace } from './dead-letters.ts';
import { openLedger } from './ledger.ts';

const AT_ONCE = 200;

/**
 * Closes these dead letters of one service, and lets the keys continue that wait for them. The letters stay in their
 * topic until its retention deletes them.
 */
export async function purge(
  letters: readonly DeadLetter[],
  {
    connection,
    publisher,
    redis: { redis, scope },
  }: { connection: KafkaConnection; publisher: Publisher; redis: ScopedRedis },
): Promise<void> {
  const [first] = letters;
  if (first === undefined) return;
  const { service } = first;
  const write = await openLedger(connection, deadLetterTopicOf(service), publisher.publish);
  const keyspace = keyspaceOf(scope, service);
  const eventState = createEventState({
    ...DEFAULT_LIMITS,
    redis,
    keyspace,
    logger: pino({ level: 'silent' }),
    reachable() {},
  });
  try {
    for (let start = 0; start < letters.length; start += AT_ONCE) {
      await Promise.all(
        letters.slice(start, start + AT_ONCE).map(async (letter) => {
          const { subject, redrives } = letter;
          // In this order, since a closed letter must not hold its key forever.
          await eventState.abandon(subject);
          await write(letterPlace(letter), { action: 'purged', at: Date.now(), redrives });
        }),
      );
    }
  } finally {
    eventState.close();
  }
}
