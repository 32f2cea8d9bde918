import type { Channel } from '../policy.ts';
import { isLocale, languageOf, shortLocale } from './locale.ts';
import { type Content, ESCAPES } from './templates.ts';

/** A message whose event brings its own text. */
export interface RequestedMessage {
  /** By locale. */
  readonly texts: Readonly<Record<string, string>>;
  readonly title: string | null;
  readonly conversationId: string | null;
  /** The person asked for it. */
  readonly solicited: boolean;
}

/** The longest title that is taken from the text. */
const TITLE_LENGTH = 80;

export function renderRequested(
  { texts, title }: RequestedMessage,
  channel: Channel,
  wanted: string,
  defaultLocale: string,
): Content {
  const text = ESCAPES[channel](textFor(texts, [wanted, defaultLocale])).trim();
  const [firstLine = ''] = text.split('\n');
  const short = firstLine.length > TITLE_LENGTH ? `${firstLine.slice(0, TITLE_LENGTH - 1)}…` : firstLine;
  return { title: title === null ? short : ESCAPES[channel](title), text };
}

/** Falls back from `de-AT` to `de` to any German to the next locale, at last to the first text. */
function textFor(texts: RequestedMessage['texts'], locales: readonly string[]): string {
  const byLocale = new Map(Object.entries(texts).map(([locale, text]) => [normal(locale), text]));
  for (const locale of locales.map((one) => shortLocale(one))) {
    if (locale === undefined || !isLocale(normal(locale))) continue;
    const parts = normal(locale).split('-');
    for (let length = parts.length; length > 0; length -= 1) {
      const text = byLocale.get(parts.slice(0, length).join('-'));
      if (text !== undefined) return text;
    }
    const language = languageOf(normal(locale));
    const sameLanguage = [...byLocale].find(([one]) => one.split('-')[0] === language);
    if (sameLanguage !== undefined) return sameLanguage[1];
  }
  return Object.values(texts)[0] ?? '';
}

const normal = (locale: string): string => locale.replaceAll('_', '-').toLowerCase();
