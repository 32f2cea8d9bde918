import type { Handler } from '@switchboard/consumer';
import { isFollowKind, readTargetId } from './follow-kinds.ts';
import type { Follows } from './follows.ts';

/** Keeps what people follow, and no longer follow. */
export const onFollow =
  (follows: Pick<Follows, 'set'>): Handler<'follow.started' | 'follow.ended'> =>
  async (event, { logger, skip }) => {
    const { type, tenant, occurredAt, receivedAt } = event.meta;
    const id = readTargetId(event.targetId);
    if (!isFollowKind(event.targetKind) || id === undefined) return skip('unknown_target');
    // A sender's clock may be ahead; its time must not override later changes.
    const at = Math.min(occurredAt, receivedAt);
    const isKept = await follows.set(
      tenant,
      event.userId,
      { kind: event.targetKind, id },
      type === 'follow.started',
      at,
    );
    if (isKept) return;
    logger.warn({ kind: event.targetKind }, 'a person cannot follow more, or a target has too many followers');
    skip('too_many_follows');
  };
