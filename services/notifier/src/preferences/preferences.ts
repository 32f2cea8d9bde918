import { redisReply } from '@switchboard/consumer';
import { catalogue, eventTypes } from '@switchboard/events';
import type { Redis } from 'ioredis';
import { type Channel, channels, type Preference } from '../policy.ts';
import { type DigestFrequency, isTimeZone, type QuietHours } from '../quiet-hours.ts';
import { isLocale } from '../texts/locale.ts';

/** The preferences of a person. Absent and null fields are not set. An empty text removes a field. */
export interface PreferenceInput {
  readonly channels?: { readonly [C in Channel]?: boolean | null } | null;
  readonly topics?: Readonly<Record<string, boolean>> | null;
  readonly quietHours?: {
    readonly enabled?: boolean;
    readonly start?: string | null;
    readonly end?: string | null;
  } | null;
  readonly timezone?: string | null;
  readonly locale?: string | null;
  readonly digest?: DigestFrequency | null;
  readonly email?: string | null;
  readonly slackUserId?: string | null;
  readonly webhookUrl?: string | null;
}

/** New values by field. Null removes a field. */
export type Changes = Readonly<Record<string, string | boolean | QuietHours | null>>;

export interface Person {
  readonly tenant: string;
  readonly userId: string;
}

export interface Preferences {
  read(people: readonly Person[]): Promise<Preference[]>;
  /** Each field keeps its latest value by `at`, in any order of arrival. */
  apply(person: Person, changes: Changes, at: number): Promise<void>;
  /** Forgets all of it: the person is not notified any more. */
  erase(person: Person): Promise<void>;
}

const APPLY = `
for index = 2, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[index])
  local at = old and tonumber(string.match(old, '^(%d+):'))
  if not at or at <= tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], ARGV[index], ARGV[1] .. ':' .. ARGV[index + 1]) end
end`;

const BOUNDS: ReadonlyMap<string, number | undefined> = new Map(
  catalogue['preference.updated'].schema.fields.map(({ name, maxLength }) => [name, maxLength]),
);

/** The maximum length of a text, the same in the API and in `preference.updated`. */
export const boundOf = (field: string): number => BOUNDS.get(field) ?? Number.POSITIVE_INFINITY;

const CLOCK_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Called only for texts within their bounds. */
const TEXTS: Readonly<Record<string, (text: string) => boolean>> = {
  timezone: isTimeZone,
  locale: isLocale,
  digest: (text) => ['none', 'hourly', 'daily', 'weekly'].includes(text),
  // One address, without the separators of address lists.
  email: (text) => text.length <= 254 && /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(text),
  // Only users: a message to a channel would reach all of its members.
  slackUserId: (text) => /^[UW][A-Z0-9]{2,30}$/.test(text),
  webhookUrl: (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
};

/** Returns the valid fields, and the names of the others as `unusable`. */
export function readChanges(input: PreferenceInput): { changes: Changes; unusable: string[] } {
  const changes: Record<string, Changes[string]> = {};
  const unusable: string[] = [];
  for (const channel of channels) {
    const agreed = input.channels?.[channel];
    if (typeof agreed === 'boolean') changes[`channel:${channel}`] = agreed;
  }
  for (const [topic, agreed] of Object.entries(input.topics ?? {})) {
    if ((eventTypes as readonly string[]).includes(topic)) changes[`topic:${topic}`] = agreed;
    else unusable.push('topics');
  }
  const { enabled = true, start, end } = input.quietHours ?? {};
  if (input.quietHours && !enabled) changes.quietHours = null;
  else if (start && end && CLOCK_TIME.test(start) && CLOCK_TIME.test(end)) changes.quietHours = { start, end };
  else if (input.quietHours) unusable.push('quietHours');
  for (const [field, isUsable] of Object.entries(TEXTS)) {
    const text = input[field as keyof PreferenceInput] as string | null | undefined;
    if (text === '') changes[field] = null;
    else if (typeof text === 'string' && text.length <= boundOf(field) && isUsable(text)) changes[field] = text;
    else if (typeof text === 'string') unusable.push(field);
  }
  return { changes, unusable: [...new Set(unusable)] };
}

/** Sets every field, so that missing ones are removed. */
export const readReplacement = (input: PreferenceInput): ReturnType<typeof readChanges> => {
  const { changes, unusable } = readChanges(input);
  const nothing = [
    ...channels.map((channel) => `channel:${channel}`),
    ...eventTypes.map((type) => `topic:${type}`),
    'quietHours',
    ...Object.keys(TEXTS),
  ].map((field) => [field, null]);
  return { changes: { ...Object.fromEntries(nothing), ...changes }, unusable };
};

export function createPreferences(redis: Redis, service: string): Preferences {
  redis.defineCommand('notifierPreference', { numberOfKeys: 1, lua: APPLY });
  const script = redis as Redis & { notifierPreference(key: string, ...args: (string | number)[]): Promise<unknown> };
  const keyOf = ({ tenant, userId }: Person): string => `${service}:preference:${encodeURIComponent(tenant)}:${userId}`;

  return {
    async read(people) {
      const pipeline = redis.pipeline();
      for (const person of people) pipeline.hgetall(keyOf(person));
      const replies = await redisReply(pipeline.exec().then(allOf));
      return replies.map((fields) => preferenceOf(fields as Record<string, string>));
    },
    async apply(person, changes, at) {
      const fields = Object.entries(changes).flatMap(([field, value]) => [field, JSON.stringify(value)]);
      if (fields.length > 0) await redisReply(script.notifierPreference(keyOf(person), at, ...fields));
    },
    async erase(person) {
      await redisReply(redis.unlink(keyOf(person)));
    },
  };
}

function allOf(replies: readonly [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}

function preferenceOf(fields: Readonly<Record<string, string>>): Preference {
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, stored]) => [
      name,
      JSON.parse(stored.slice(stored.indexOf(':') + 1)) ?? undefined,
    ]),
  );
  const under = (prefix: string): Record<string, boolean> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
      ),
    );
  return {
    channels: under('channel:'),
    topics: under('topic:'),
    quietHours: values.quietHours,
    timeZone: values.timezone,
    locale: values.locale,
    digest: values.digest ?? 'none',
    email: values.email,
    slackUserId: values.slackUserId,
    webhookUrl: values.webhookUrl,
  };
}
