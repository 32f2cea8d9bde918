import { redisReply } from '@switchboard/consumer';
import type { Redis } from 'ioredis';
import type { FollowKind } from './follow-kinds.ts';

export interface Target {
  readonly kind: FollowKind;
  readonly id: string;
}

/** Who follows what, in each tenant. */
export interface Follows {
  /** The latest change by `at` wins, in any order of arrival. @returns whether the limits allow it */
  set(tenant: string, userId: string, target: Target, follows: boolean, at: number): Promise<boolean>;
  of(tenant: string, userId: string): Promise<Target[]>;
  /** At most `limit` followers in a fixed order, from the one behind `after` on. */
  followers(tenant: string, target: Target, after: string | undefined, limit: number): Promise<string[]>;
  /** @returns what the person followed */
  erase(tenant: string, userId: string): Promise<Target[]>;
}

const MOST_FOLLOWED = 1_000;
/** An event to all of them takes seconds, well within the time of one attempt. */
const MOST_FOLLOWERS = 100_000;
/** For how long an earlier event may arrive after the later one that ended what it starts. */
const REMEMBER_ENDED_MS = 7 * 86_400_000;

/** A person has a hash of targets, `+` or `-` and the time of the change; a target has a set of followers. */
const SCRIPT = `
local person, op, args = KEYS[1], ARGV[1], cjson.decode(ARGV[2])
local function target_key(target) return args.prefix .. ':of:' .. target end

if op == 'erase' then
  local ended = {}
  local fields = redis.call('HGETALL', person)
  for index = 1, #fields, 2 do
    redis.call('ZREM', target_key(fields[index]), args.user)
    if string.sub(fields[index + 1], 1, 1) == '+' then ended[#ended + 1] = fields[index] end
  end
  redis.call('DEL', person)
  return ended
end

local old = redis.call('HGET', person, args.target)
if old and tonumber(string.sub(old, 2)) > args.at then return 1 end
if not old and redis.call('HLEN', person) >= args.followed then
  local fields = redis.call('HGETALL', person)
  for index = 1, #fields, 2 do
    local state, at = string.sub(fields[index + 1], 1, 1), tonumber(string.sub(fields[index + 1], 2))
    if state == '-' and at < args.at - args.remember then redis.call('HDEL', person, fields[index]) end
  end
  if redis.call('HLEN', person) >= args.followed then return 0 end
end
if args.follows then
  local followers = target_key(args.target)
  if redis.call('ZCARD', followers) >= args.followers and not redis.call('ZSCORE', followers, args.user) then return 0 end
  redis.call('ZADD', followers, 0, args.user)
else
  redis.call('ZREM', target_key(args.target), args.user)
end
redis.call('HSET', person, args.target, (args.follows and '+' or '-') .. string.format('%d', args.at))
return 1`;

export function createFollows(redis: Redis, service: string): Follows {
  redis.defineCommand('notifierFollow', { numberOfKeys: 1, lua: SCRIPT });
  const script = redis as Redis & { notifierFollow(key: string, op: string, args: string): Promise<unknown> };
  const prefixOf = (tenant: string): string => `${service}:follows:${encodeURIComponent(tenant)}`;
  const personOf = (tenant: string, userId: string): string => `${prefixOf(tenant)}:by:${userId}`;
  const run = <T>(tenant: string, userId: string, op: string, args: object): Promise<T> =>
    redisReply(
      script.notifierFollow(
        personOf(tenant, userId),
        op,
        JSON.stringify({ prefix: prefixOf(tenant), user: userId, ...LIMITS, ...args }),
      ),
    ) as Promise<T>;

  return {
    async set(tenant, userId, target, follows, at) {
      return (await run<number>(tenant, userId, 'set', { target: textOf(target), follows, at })) === 1;
    },
    async of(tenant, userId) {
      const held = await redisReply(redis.hgetall(personOf(tenant, userId)));
      return Object.entries(held).flatMap(([target, state]) => (state.startsWith('+') ? [targetOf(target)] : []));
    },
    followers: (tenant, target, after, limit) =>
      redisReply(
        redis.zrangebylex(
          `${prefixOf(tenant)}:of:${textOf(target)}`,
          after === undefined ? '-' : `(${after}`,
          '+',
          'LIMIT',
          0,
          limit,
        ),
      ),
    async erase(tenant, userId) {
      return (await run<string[]>(tenant, userId, 'erase', {})).map(targetOf);
    },
  };
}

const LIMITS = { followed: MOST_FOLLOWED, followers: MOST_FOLLOWERS, remember: REMEMBER_ENDED_MS };

const textOf = ({ kind, id }: Target): string => `${kind}:${id}`;
const targetOf = (text: string): Target => {
  const end = text.indexOf(':');
  return { kind: text.slice(0, end) as FollowKind, id: text.slice(end + 1) };
};
