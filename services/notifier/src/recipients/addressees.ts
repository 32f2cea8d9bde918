import { redisReply } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import { type Identifier, identifiersOf, kinds, type People, readSentIdentifier } from '@switchboard/people';
import { readTargetId } from '../follows/follow-kinds.ts';
import type { Follows } from '../follows/follows.ts';
import type { Learn } from '../people/learn.ts';
import type { Recipient } from './recipients.ts';
import type { PersonFields, Rule, Rules } from './rules.ts';

interface Deps {
  readonly rules: () => Rules;
  readonly people: Pick<People, 'userOf'>;
  readonly learn: Learn;
  readonly follows: Pick<Follows, 'followers'>;
}

/** The recipients of an event, as the rules for its type say; one may come more than once. */
export type Addressees = (event: AnyEvent) => AsyncGenerator<Recipient>;

const FOLLOWERS_PER_READ = 500;
/** An event names a handful of things that people follow; more would take a request to Redis each. */
const MOST_TARGETS = 100;
/** No platform has longer ids, and each takes its space in Redis several times. */
const LONGEST_USER = 1_024;

const canBe = ({ userId }: Recipient): boolean => userId === null || userId.length <= LONGEST_USER;

export function createAddressees({ rules, people, learn, follows }: Deps): Addressees {
  return async function* addressees(event) {
    // Learned first, so that an event helps to find its own person.
    await learn(event);
    for (const rule of rules().get(event.meta.type) ?? []) {
      if (rule.when !== undefined && !rule.when(event)) continue;
      for await (const recipient of recipientsOf(rule, event)) if (canBe(recipient)) yield recipient;
    }
  };

  async function* recipientsOf(rule: Rule, event: AnyEvent): AsyncGenerator<Recipient> {
    const { tenant } = event.meta;
    if (rule.to === 'agents') yield { userId: null };
    else if (rule.to === 'slack') yield { userId: null, slackChannel: rule.channel };
    else if (rule.to === 'users') for (const userId of new Set(rule.users(event))) yield { userId };
    else if (rule.to === 'person') {
      const said = rule.by === 'event' ? (event as { userId?: string | null }).userId : rule.by.user?.(event)[0];
      const userId = said ?? (await redisReply(people.userOf(tenant, identifiersIn(rule.by, event))));
      if (userId !== undefined) yield { userId };
    } else {
      const targets = new Set(rule.ids(event).flatMap((id) => readTargetId(id) ?? []));
      for (const id of [...targets].slice(0, MOST_TARGETS)) yield* followersOf(tenant, { kind: rule.kind, id });
    }
  }

  async function* followersOf(tenant: string, target: Parameters<Follows['followers']>[1]): AsyncGenerator<Recipient> {
    let last: string | undefined;
    for (;;) {
      const page = await follows.followers(tenant, target, last, FOLLOWERS_PER_READ);
      for (const userId of page) yield { userId };
      if (page.length < FOLLOWERS_PER_READ) return;
      last = page.at(-1);
    }
  }
}

function identifiersIn(fields: PersonFields, event: AnyEvent): Identifier[] {
  if (fields === 'event') return identifiersOf(event);
  return kinds.flatMap((kind) =>
    (fields[kind]?.(event) ?? []).flatMap((text) => readSentIdentifier(kind, text, event.meta.source) ?? []),
  );
}
