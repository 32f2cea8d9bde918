import { redisReply } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import { identifiersOf, type People, type Resolution } from '@switchboard/people';

/** Learns from the identifiers of an event that names its person in two ways. @returns what they resolve to */
export type Learn = (event: AnyEvent) => Promise<Resolution | undefined>;

export function createLearning(people: Pick<People, 'learn'>): Learn {
  return async (event) => {
    const identifiers = identifiersOf(event);
    const { tenant, occurredAt, receivedAt } = event.meta;
    if (identifiers.length < 2) return undefined;
    return redisReply(people.learn(tenant, identifiers, Math.min(occurredAt, receivedAt)));
  };
}
