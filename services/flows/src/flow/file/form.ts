import { either, type Form, isObject, listOf, object, tableOf, text } from '@switchboard/expressions/definition';
import { LIMITS } from '../limits.ts';
import { durationText, readDuration } from './duration.ts';

const expression = text('must be an expression, written as text');

/** Numbers, true and false are expressions of their own. */
const value: Form = (held, at, problems) => {
  if (typeof held !== 'number' && typeof held !== 'boolean') expression(held, at, problems);
};

const name: Form = (held, at, problems) => {
  if (typeof held === 'string' && held.length <= LIMITS.nameLength && /^[\w.:/-]+$/.test(held)) return;
  problems.push({
    at,
    message: `must be a name of letters, digits and . _ - : /, of at most ${LIMITS.nameLength} characters`,
  });
};

const flag: Form = (held, at, problems) => {
  if (typeof held !== 'boolean') problems.push({ at, message: 'must be true or false' });
};

const version: Form = (held, at, problems) => {
  if (!Number.isSafeInteger(held) || (held as number) < 1 || (held as number) > 1_000_000) {
    problems.push({ at, message: 'must be a whole number from 1' });
  }
};

const duration =
  ({ least, most }: { readonly least: number; readonly most: number }): Form =>
  (held, at, problems) => {
    const ms = readDuration(held);
    if (ms === undefined) problems.push({ at, message: 'must be a time such as 90s, 30m, 24h or 7d' });
    else if (ms < least || ms > most) {
      problems.push({ at, message: `must be from ${durationText(least)} to ${durationText(most)}` });
    }
  };

const once: Form = (held, at, problems) => {
  if (held === 'key') return;
  if (readDuration(held) === undefined) problems.push({ at, message: 'must be key, or a time such as 24h' });
  else duration(LIMITS.once)(held, at, problems);
};

/** Variables and fields have names that expressions and APIs can use. */
export const named =
  (pattern: RegExp, message: string, most: number, form: Form): Form =>
  (held, at, problems) => {
    tableOf(form)(held, at, problems);
    if (!isObject(held)) return;
    const keys = Object.keys(held);
    if (keys.length > most) problems.push({ at, message: `must have at most ${most} entries` });
    for (const key of keys) if (!pattern.test(key)) problems.push({ at: [...at, key], message });
  };

const variable = /^(user|conversation)\.[A-Za-z][A-Za-z0-9_]{0,63}$/;
const set = named(
  variable,
  'must be user.name or conversation.name; a name has letters, digits and _, begins with a letter, and has at most 64 characters',
  LIMITS.variables,
  either((held) => {
    if (isObject(held)) return object({ value: nullable(value), ttl: duration(LIMITS.ttl) }, ['value']);
    return nullable(value);
  }),
);

function nullable(form: Form): Form {
  return (held, at, problems) => {
    if (held !== null) form(held, at, problems);
  };
}

const values = named(
  /^[A-Za-z_][\w-]{0,63}$/,
  'must be a name of letters, digits, _ and -, of at most 64 characters',
  LIMITS.variables,
  value,
);

const wording: Form = (held, at, problems) => {
  if (typeof held !== 'string' || held.trim() === '') problems.push({ at, message: 'must be a text' });
  else if (held.length > LIMITS.textLength) {
    problems.push({ at, message: `must have at most ${LIMITS.textLength} characters` });
  }
};

export const isLocale = (tag: string): boolean => {
  try {
    return tag.length <= 35 && Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};

const texts: Form = (held, at, problems) => {
  tableOf(wording)(held, at, problems);
  if (!isObject(held)) return;
  const locales = Object.keys(held);
  if (locales.length > LIMITS.locales) problems.push({ at, message: `must have at most ${LIMITS.locales} locales` });
  for (const locale of locales) {
    if (!isLocale(locale)) problems.push({ at: [...at, locale], message: 'must be a locale such as en or de-AT' });
  }
};

const message = either((held) =>
  isObject(held)
    ? object(
        {
          text: either((one) => (isObject(one) ? texts : name)),
          title: wording,
          solicited: flag,
          urgent: flag,
          expires: duration(LIMITS.expires),
        },
        ['text'],
      )
    : name,
);
const person: Form = (held, at, problems) => {
  const before = problems.length;
  object({ email: expression, userId: expression })(held, at, problems);
  if (problems.length === before && Object.keys(held as object).length === 0) {
    problems.push({ at, message: 'must have email, userId or both' });
  }
};
const node = either((held) => (isObject(held) ? object({ name, variables: values }, ['name']) : name));
const action = either((held) => (isObject(held) ? object({ name, input: values, for: person }, ['name']) : name));
const event = object({ type: name, fields: values }, ['type', 'fields']);

const STEPS: Readonly<Record<string, Form>> = { message, node, action, event, set };

const step: Form = (held, at, problems) => {
  const keys = isObject(held) ? Object.keys(held) : [];
  const [key = ''] = keys;
  if (!isObject(held) || keys.length !== 1) {
    problems.push({ at, message: `must have one of ${Object.keys(STEPS).join(', ')}; several effects are a list` });
    return;
  }
  const form = Object.hasOwn(STEPS, key) ? STEPS[key] : undefined;
  if (form !== undefined) form(held[key], [...at, key], problems);
  else problems.push({ at: [...at, key], message: `is no effect; use ${Object.keys(STEPS).join(', ')}` });
};

const branch: Form = (held, at, problems) => {
  if (!Array.isArray(held)) step(held, at, problems);
  else if (held.length === 0) problems.push({ at, message: 'must have at least one effect' });
  else listOf(step, LIMITS.effects)(held, at, problems);
};

const place = either((held) => (Array.isArray(held) ? listOf(expression, LIMITS.slots) : expression));

const longSlot = object({ event: name, as: name, when: expression, correlate: place }, ['event']);
const slot = either((held) => {
  if (!isObject(held)) return name;
  return 'event' in held ? longSlot : shortSlot;
});

const shortSlot: Form = (held, at, problems) => {
  const entries = Object.entries(held as object);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    const message =
      'must be an event type, one event type with its condition, or a table with event, as, when, correlate';
    problems.push({ at, message });
  } else expression(entry[1], [...at, entry[0]], problems);
};

const slots: Form = (held, at, problems) => {
  if (Array.isArray(held) && held.length === 0) problems.push({ at, message: 'must name an event' });
  else listOf(slot, LIMITS.slots)(held, at, problems);
};

const KINDS = ['on', 'all', 'any'];
const parts = object({
  version,
  description: wording,
  on: slot,
  all: slots,
  any: slots,
  when: expression,
  correlate: place,
  within: duration(LIMITS.within),
  once,
  user: place,
  conversation: place,
  set,
  // biome-ignore lint/suspicious/noThenProperty: the key of a table, which is not awaited
  then: branch,
  otherwise: branch,
});

const flow: Form = (held, at, problems) => {
  parts(held, at, problems);
  if (!isObject(held)) return;
  const kinds = KINDS.filter((kind) => kind in held);
  if (kinds.length !== 1) {
    problems.push({
      at,
      message: `needs ${kinds.length === 0 ? 'one' : 'only one'} of on, all, any: the events that it waits for`,
    });
  }
  if (!('then' in held) && !('set' in held)) {
    problems.push({ at, message: 'needs then or set: what it does' });
  }
};

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const NAME_MESSAGE = 'must be a name of lower-case letters, digits and -, of at most 64 characters';

export const fileForm = object({
  messages: named(NAME, NAME_MESSAGE, LIMITS.messages, texts),
  flows: named(NAME, NAME_MESSAGE, LIMITS.flows, flow),
});
