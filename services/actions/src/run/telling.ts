import type { EventOf } from '@switchboard/events';
import type { PublishEvent } from '@switchboard/kafka';
import { sha256 } from './input-hash.ts';
import type { Ended } from './job.ts';
import { nameOf } from './outcome.ts';

/** The source of the events that this service publishes. */
const SOURCE = 'actions';
/** After that, the answer is of no use in the conversation. */
const MESSAGE_LIVES_MS = 3_600_000;

/** Publishes what must be known of an ended run. The ids are the run's, so that repeats have no second effect. */
export function createTelling(publish: PublishEvent, now: () => number = Date.now) {
  return async (ended: Ended, followUp: boolean): Promise<void> => {
    const message = followUp ? messageOf(ended, now()) : undefined;
    if (message !== undefined) await publish(message);
    await publish(auditOf(ended, now()));
  };
}

const metaOf = <T extends 'message.requested' | 'action.completed'>({ id, caller }: Ended, type: T, time: number) => ({
  ...{ id, type, source: SOURCE, tenant: caller.tenant, occurredAt: time, receivedAt: time, extra: null },
});

/** Undefined for a caller that names nobody. A platform that knows its customers by e-mail address has no other id. */
export function messageOf(ended: Ended, time: number): EventOf<'message.requested'> | undefined {
  const { id, caller, conversationId = null, outcome } = ended;
  const userId = caller.person?.userId ?? caller.person?.email;
  const { texts } = outcome;
  if (userId === undefined || Object.keys(texts).length === 0) return undefined;
  return {
    meta: metaOf(ended, 'message.requested', time),
    ...{ userId, conversationId, texts, title: null },
    about: `run:${id}`,
    // The person has asked, and waits.
    solicited: true,
    urgent: false,
    expiresAt: time + MESSAGE_LIVES_MS,
  };
}

export function auditOf(ended: Ended, time: number): EventOf<'action.completed'> {
  const { id, caller, action, outcome, ms, inputHash, conversationId = null } = ended;
  const person = caller.person?.userId ?? caller.person?.email;
  return {
    meta: metaOf(ended, 'action.completed', time),
    ...{ runId: id, action, caller: caller.name, outcome: nameOf(outcome), durationMs: ms, inputHash, conversationId },
    person: person === undefined ? null : sha256(person),
    // An API key has no person of its own.
    actedFor: caller.kind === 'api-key' && person !== undefined,
  };
}
