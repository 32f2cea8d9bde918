import type { Handler } from '@switchboard/consumer';
import type { Learn } from './people/learn.ts';
import { type Preferences, readChanges } from './preferences/preferences.ts';

interface Deps {
  readonly preferences: Pick<Preferences, 'apply'>;
  readonly learn: Learn;
}

/** Applies the valid fields, so that one invalid field does not stop a person from withdrawing consent. */
export const onPreferenceUpdated =
  ({ preferences, learn }: Deps): Handler<'preference.updated'> =>
  async (event, { logger, skip }) => {
    const { tenant, occurredAt, receivedAt } = event.meta;
    await learn(event);
    const { changes, unusable } = readChanges(event);
    if (unusable.length > 0) logger.warn({ fields: unusable }, 'fields of a preference cannot be used');
    if (Object.keys(changes).length === 0) return skip('nothing_changed');
    // A sender's clock may be ahead; its time must not override later preferences.
    await preferences.apply({ tenant, userId: event.userId }, changes, Math.min(occurredAt, receivedAt));
  };
