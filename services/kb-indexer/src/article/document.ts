import type { EventOf } from '@switchboard/events';
import { readSections, sectionsOf } from '../html/html-text.ts';
import type { Section } from '../html/section-writer.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { canonicalLocale } from './locale.ts';
import { EVERY_LOCALE, type Revision } from './revision.ts';

/** An article, or its version in one language. */
export interface DocumentKey {
  readonly tenant: string;
  readonly articleId: string;
  /** Canonical; '' if the article names none. */
  readonly locale: string;
}

export interface Document extends DocumentKey {
  readonly title: string;
  /** An http or https URL. */
  readonly url: string | null;
  readonly tags: readonly string[];
  readonly revision: Revision;
  /** The readable text, including headings. With very many headings, only the beginning. */
  readonly text: string;
  /** The text in chunks; at least one. */
  readonly chunks: readonly Chunk[];
}

/** Removes an article in one language or in all of them. */
export interface Removal extends DocumentKey {
  readonly revision: Revision;
}

type Visible = EventOf<'article.published' | 'article.updated'>;
type Withdrawn = EventOf<'article.unpublished'>;

/** Limited because the title is stored with every chunk and tags are compared for every hit. */
const LONGEST_TITLE = 500;
const LONGEST_TAG = 100;
const MOST_TAGS = 100;

/** Reads the article with pauses that let other work run. */
export const readDocument = async (event: Visible): Promise<Document> =>
  documentOf(event, await readSections(storable(event.content)));

export function documentOf(event: Visible, sections = sectionsOf(storable(event.content))): Document {
  const tags = event.tags.map((tag) => storable(tag.trim().slice(0, LONGEST_TAG))).filter((tag) => tag !== '');
  return {
    ...keyOf(event),
    title: storable(event.title.trim().slice(0, LONGEST_TITLE)),
    url: webAddress(event.url),
    tags: [...new Set(tags)].slice(0, MOST_TAGS),
    revision: revisionOf(event),
    text: textOf(sections),
    chunks: chunksOf(sections),
  };
}

/** The limit of the content. Repeating long headings above many short sections would make the text far longer. */
const LONGEST_TEXT = 1_048_576;

function textOf(sections: readonly Section[]): string {
  let text = '';
  for (const section of sections) {
    if (text.length >= LONGEST_TEXT) break;
    const parts = [section.heading, section.text].filter((part) => part !== '');
    text += `${text === '' ? '' : '\n\n'}${parts.join('\n')}`;
  }
  return text.slice(0, LONGEST_TEXT).toWellFormed();
}

export function removalOf(event: Withdrawn): Removal {
  const key = keyOf(event);
  return { ...key, locale: key.locale || EVERY_LOCALE, revision: revisionOf(event) };
}

/** Removes NUL and lone surrogates, which Postgres rejects. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

function keyOf({ meta, articleId, locale: given }: Visible | Withdrawn): DocumentKey {
  const locale = canonicalLocale(given ?? '');
  return {
    tenant: storable(meta.tenant),
    articleId: storable(articleId),
    locale: locale === EVERY_LOCALE ? '' : locale,
  };
}

/** Tolerates clock and time zone errors. Ignores update times more than a day ahead, which would block later updates. */
const MOST_AHEAD_MS = 24 * 3_600_000;

const revisionOf = ({ meta, version, updatedAt }: Visible | Withdrawn): Revision => ({
  version,
  updatedAt: updatedAt !== null && updatedAt <= meta.receivedAt + MOST_AHEAD_MS ? updatedAt : null,
  // A sender whose clock is ahead must not block later events.
  occurredAt: Math.min(meta.occurredAt, meta.receivedAt),
});

/** Drops links that could run a script. */
function webAddress(text: string | null): string | null {
  const url = text === null ? null : URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : null;
}
