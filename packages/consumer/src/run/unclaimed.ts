import type { ConsumedRecord } from '../assignment/record.ts';
import { causeOf } from './attempt.ts';
import type { PipelineParts } from './pipeline.ts';

type Parts = Pick<PipelineParts, 'chain' | 'steps' | 'forwarder' | 'metrics' | 'logger'>;

/**
 * Fails a record whose claim Redis cannot take, as if its handler had failed for good in this topic: to the next one,
 * and at last to the dead letters. Its handler does not run, so nothing is done twice; its key does not wait for it,
 * since the hold is kept where the claim is.
 */
export function createUnclaimed({ chain, steps, forwarder, metrics, logger }: Parts) {
  return async function fail(record: ConsumedRecord, token: string, error: Error): Promise<'settled'> {
    const cause = causeOf(error);
    const round = record.round + 1;
    const tier = chain.tiers[round - 1];
    const level = tier === undefined ? 'error' : 'warn';
    logger[level]({ type: record.type, origin: record.origin, ...cause }, 'Redis cannot take the claim of an event');
    const position = { round, dueAt: Date.now() + (tier?.delayMs ?? 0) };
    const refused = tier === undefined ? cause : await forwarder.retry(record, tier, position);
    if (refused === undefined) {
      await steps.release(record, token);
      metrics.ended(record, 'retried');
    } else {
      await forwarder.bury(record, refused);
      await steps.dead(record, token, 0);
      metrics.ended(record, 'dead');
    }
    return 'settled';
  };
}
