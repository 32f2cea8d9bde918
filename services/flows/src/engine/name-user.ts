import { redisReply } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import { identifiersOf, type People } from '@switchboard/people';

/**
 * Names the chat user of an event that names its person only by an e-mail address, a phone number or a customer id,
 * so that flows read it as `event.userId`.
 */
export async function nameUser(event: AnyEvent, people: Pick<People, 'userOf'>): Promise<AnyEvent> {
  if (!('userId' in event) || event.userId !== null) return event;
  const identifiers = identifiersOf(event);
  const userId = identifiers.length === 0 ? undefined : await redisReply(people.userOf(event.meta.tenant, identifiers));
  return userId === undefined ? event : ({ ...event, userId } as AnyEvent);
}
