import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyEvent, catalogue, type EventType } from '@switchboard/events';
import { ConfigError } from '@switchboard/service';
import { type Channel, channels } from '../policy.ts';
import { isLocale, languageOf, shortLocale } from './locale.ts';
import { remembered } from './remembered.ts';
import { isAlwaysThere, type Kind, kindOf } from './template-fields.ts';
import { type Values, valuesOf } from './template-values.ts';

export interface Content {
  readonly title: string;
  readonly text: string;
}

export interface Templates {
  /** The values that templates of this type use. A waiting message stores nothing else of its event. */
  valuesOf(event: AnyEvent): Values;
  /** Falls back from `de-AT` to `de` to the default locale, and from a channel's own template to that of all. */
  render(type: EventType | 'digest', channel: Channel, values: Values, reader: Reader): Content;
}

export interface Reader {
  readonly locale: string | undefined;
  readonly timeZone: string | undefined;
}

/** Text and placeholders in turn; a placeholder takes the first of its fields that the event has. */
type Line = readonly (string | readonly string[])[];

interface Template {
  readonly title: Line;
  readonly text: readonly Line[];
}

const DIGEST_KINDS: Readonly<Record<string, Kind>> = { count: 'number' };
const PLACEHOLDER = /\{\{([^{}]*)\}\}/;

/**
 * Reads `<folder>/<locale>/<event type>[.<channel>].txt`: a title, an empty line, and the text. `{{a|b}}` is the field
 * `a`, or else `b`; a line with a placeholder that has no value is left out.
 * @throws ConfigError naming every template that is missing, or names a field that its event does not have
 */
export function readTemplates(folder: string, types: readonly EventType[], defaultLocale: string): Templates {
  const problems: string[] = [];
  const templates = new Map<string, Template>();
  const locales = new Map<string, string>();
  const kinds = new Map<string, Record<string, Kind>>(types.map((type) => [type, {}]));
  kinds.set('digest', DIGEST_KINDS);

  for (const locale of readdirSync(folder)) {
    if (!isLocale(locale)) problems.push(`${locale}: not a locale`);
    locales.set(locale.toLowerCase(), locale);
    for (const file of readdirSync(join(folder, locale))) {
      const name = `${locale}/${file}`;
      const channel = channels.find((one) => file.endsWith(`.${one}.txt`));
      const type = file.slice(0, file.lastIndexOf(channel === undefined ? '.txt' : `.${channel}.txt`));
      const known = kinds.get(type);
      if (!file.endsWith('.txt') || known === undefined) {
        problems.push(`${name}: not the name of a notified event type`);
        continue;
      }
      const template = parse(readFileSync(join(folder, name), 'utf8'));
      for (const field of fieldsOf(template)) {
        const kind = type === 'digest' ? DIGEST_KINDS[field] : kindOf(catalogue[type as EventType].schema, field);
        if (kind === undefined) problems.push(`${name}: ${type} has no field ${field}`);
        else known[field] = kind;
      }
      if (type !== 'digest' && template.title.some((part) => isLoose(part, type as EventType))) {
        problems.push(`${name}: the title needs fields that every ${type} has: {{orderNumber|orderId}}`);
      }
      if (template.title.length === 0 || template.text.length === 0)
        problems.push(`${name}: must have a title and a text`);
      templates.set(keyOf(locale, type, channel), template);
    }
  }
  for (const type of kinds.keys()) {
    if (!templates.has(keyOf(defaultLocale, type))) problems.push(`${defaultLocale}/${type}.txt is missing`);
  }
  if (problems.length > 0) throw new ConfigError(problems);

  function find(type: string, channel: Channel, wanted: string): [locale: string, template: Template] {
    const parts = wanted.replaceAll('_', '-').toLowerCase().split('-');
    const tried = parts.map((_, index) => locales.get(parts.slice(0, parts.length - index).join('-')));
    for (const locale of [...tried, defaultLocale]) {
      if (locale === undefined) continue;
      const template = templates.get(keyOf(locale, type, channel)) ?? templates.get(keyOf(locale, type));
      if (template !== undefined) return [locale, template];
    }
    throw new Error(`there is no template for ${type}`);
  }

  return {
    valuesOf: (event) => valuesOf(event, Object.keys(kinds.get(event.meta.type) ?? {})),
    render(type, channel, values, reader) {
      const wanted = shortLocale(reader.locale);
      const [locale, { title, text }] = find(type, channel, wanted ?? defaultLocale);
      const show = {
        locale: spoken(wanted, locale),
        timeZone: reader.timeZone,
        kinds: kinds.get(type) ?? {},
        escaped: ESCAPES[channel],
      };
      const lines = text.map((line) => renderLine(line, values, show)).filter((line) => line !== undefined);
      return { title: renderLine(title, values, show) ?? '', text: lines.join('\n').trim() };
    },
  };
}

/** True for a placeholder that may have no value. */
const isLoose = (part: Line[number], type: EventType): boolean =>
  typeof part !== 'string' && !part.some((field) => isAlwaysThere(catalogue[type].schema, field));

interface Show {
  locale: string;
  timeZone: string | undefined;
  kinds: Readonly<Record<string, Kind>>;
  escaped: (text: string) => string;
}

/** Slack reads text between < and > as a link or a mention. email.ts escapes the whole text for HTML. */
const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const unchanged = (text: string): string => text;
export const ESCAPES: { readonly [C in Channel]: (text: string) => string } = {
  chat: unchanged,
  slack: escapeSlack,
  email: unchanged,
  webhook: unchanged,
};

function renderLine(
  line: Line,
  values: Values,
  { locale, timeZone = 'UTC', kinds, escaped }: Show,
): string | undefined {
  let text = '';
  for (const part of line) {
    if (typeof part === 'string') text += part;
    else {
      const field = part.find((name) => values[name] !== undefined);
      const value = field === undefined ? undefined : values[field];
      if (field === undefined || value === undefined) return undefined;
      text += escaped(format(value, kinds[field], locale, timeZone));
    }
  }
  return text;
}

/** The person's locale if it has the template's language, since dates differ between en-GB and en-US. */
function spoken(wanted: string | undefined, template: string): string {
  const locale = wanted?.replaceAll('_', '-');
  const isSame = locale !== undefined && isLocale(locale) && languageOf(locale) === languageOf(template);
  return isSame ? locale : template;
}

const DAY_MS = 86_400_000;
const TO_THE_MINUTE: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: 'long', day: 'numeric' },
  ...{ hour: 'numeric', minute: '2-digit', timeZoneName: 'short' },
};

function format(value: string | number, kind: Kind | undefined, locale: string, timeZone: string): string {
  if (typeof value === 'string') return value;
  // Midnight in UTC stands for a date without a time, which is the same day in every time zone.
  if (kind === 'time') return formatsOf(locale, value % DAY_MS === 0 ? 'UTC' : timeZone).date.format(value);
  if (kind === 'minute') return formatsOf(locale, timeZone).minute.format(value);
  return formatsOf(locale, timeZone).number.format(value);
}

/** Each takes about 30 kB, and people choose their locale and time zone. */
const MOST_FORMATS = 200;
const formatsIn = remembered(MOST_FORMATS, (both) => {
  const [locale, timeZone] = both.split(' ');
  return {
    date: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }),
    minute: new Intl.DateTimeFormat(locale, { ...TO_THE_MINUTE, timeZone }),
    number: new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }),
  };
});
const formatsOf = (locale: string, timeZone: string) => formatsIn(`${locale} ${timeZone}`);

function parse(file: string): Template {
  const [title = '', empty = '', ...text] = file.trimEnd().split(/\r?\n/);
  const lines = (empty === '' ? text : [empty, ...text]).map(parseLine);
  return { title: parseLine(title), text: lines };
}

const parseLine = (line: string): Line =>
  line
    .split(PLACEHOLDER)
    .map((part, index) => (index % 2 === 0 ? part : part.split('|').map((field) => field.trim())))
    .filter((part) => part !== '');

const fieldsOf = ({ title, text }: Template): string[] =>
  [title, ...text].flatMap((line) => line.flatMap((part) => (typeof part === 'string' ? [] : part)));

const keyOf = (locale: string, type: string, channel?: Channel): string => `${locale}/${type}/${channel ?? ''}`;
