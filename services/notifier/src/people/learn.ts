import { redisReply } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import { identifiersOf, type People } from '@switchboard/people';

/** Learns from the identifiers of an event that names its person in two ways. */
export type Learn = (event: AnyEvent) => Promise<void>;

export function createLearning(people: Pick<People, 'learn'>): Learn {
  return async (event) => {
    const identifiers = identifiersOf(event);
    const { tenant, occurredAt, receivedAt } = event.meta;
    if (identifiers.length < 2) return;
    await redisReply(people.learn(tenant, identifiers, Math.min(occurredAt, receivedAt)));
  };
}
