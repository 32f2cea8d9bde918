import { redisReply } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import { type Identifier, identifiersOf, kinds, type People, readSentIdentifier } from '@switchboard/people';
import { readTargetId } from '../follows/follow-kinds.ts';
import type { Follows } from '../follows/follows.ts';
import type { Buyers, Order } from '../people/buyers.ts';
import type { Learn } from '../people/learn.ts';
import type { Recipient } from './recipients.ts';
import type { PersonFields, Rule, Rules } from './rules.ts';

interface Deps {
  readonly rules: () => Rules;
  readonly people: Pick<People, 'userOf'>;
  readonly learn: Learn;
  readonly buyers: Pick<Buyers, 'remember' | 'of'>;
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

export function createAddressees({ rules, people, learn, buyers, follows }: Deps): Addressees {
  return async function* addressees(event) {
    // Learned first, so that an event helps to find its own person.
    await learn(event);
    await rememberBuyer(event);
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
      const userId = said ?? (await redisReply(people.userOf(tenant, await identifiersBy(rule.by, event))));
      if (userId !== undefined) yield { userId };
    } else {
      const targets = new Set(rule.ids(event).flatMap((id) => readTargetId(id) ?? []));
      for (const id of [...targets].slice(0, MOST_TARGETS)) yield* followersOf(tenant, { kind: rule.kind, id });
    }
  }

  async function rememberBuyer(event: AnyEvent): Promise<void> {
    if (event.meta.type !== 'order.created') return;
    const order = orderOf(event);
    const [buyer] = identifiersOf(event);
    if (order !== undefined && buyer !== undefined) await buyers.remember(order, buyer);
  }

  /** An event that names no person is for the buyer of its order. */
  async function identifiersBy(fields: PersonFields, event: AnyEvent): Promise<Identifier[]> {
    const named = identifiersIn(fields, event);
    const order = orderOf(event);
    if (fields !== 'event' || named.length > 0 || order === undefined) return named;
    const buyer = await buyers.of(order);
    return buyer === undefined ? [] : [buyer];
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

function orderOf(event: AnyEvent): Order | undefined {
  const { tenant, source } = event.meta;
  const { orderId } = event as { orderId?: string | null };
  return typeof orderId === 'string' ? { tenant, source, orderId } : undefined;
}
