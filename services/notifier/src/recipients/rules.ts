import type { AnyEvent } from '@switchboard/events';
import type { Kind } from '@switchboard/people';
import type { FollowKind } from '../follows/follow-kinds.ts';

/** One line of the recipients of an event type. */
export type Rule = Condition &
  (
    | { readonly to: 'person'; readonly by: PersonFields }
    | { readonly to: 'users'; readonly users: Ids }
    | { readonly to: 'followers'; readonly kind: FollowKind; readonly ids: Ids }
    | { readonly to: 'slack'; readonly channel: string }
    | { readonly to: 'agents' }
  );

interface Condition {
  /** @throws PermanentError when the condition cannot be evaluated on the event */
  readonly when?: ((event: AnyEvent) => boolean) | undefined;
}

/** The ids that an expression reads in the event. */
export type Ids = (event: AnyEvent) => readonly string[];

/** Where the event names the person; `event`: the fields that who is who learns from. */
export type PersonFields = 'event' | { readonly [K in Kind]?: Ids };

/** The rules by event type. */
export type Rules = ReadonlyMap<string, readonly Rule[]>;
