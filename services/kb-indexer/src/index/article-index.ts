import type { Document, DocumentKey, Removal } from '../article/document.ts';
import type { Phrase } from '../search/query.ts';

/** `outdated`: something newer is known, and what can be found is what it was. */
export type Outcome = 'done' | 'outdated';

/** Where articles are put, to be found. Every change is whole or not there, and safe to repeat. */
export interface ArticleIndex {
  /** Puts the document in place of its earlier revisions. */
  upsert(document: Document, signal: AbortSignal): Promise<Outcome>;
  /** Takes the documents away, and remembers the revision, so that an older document does not come back. */
  remove(removal: Removal, signal: AbortSignal): Promise<Outcome>;
}

export interface Filter {
  readonly tenant: string;
  /** Documents in this language, such as `de`, and those without any. */
  readonly language?: string | undefined;
  readonly tag?: string | undefined;
}

/** A chunk that was found, and the document it is of. */
export interface Passage extends Omit<DocumentKey, 'tenant'> {
  readonly title: string;
  readonly url: string | null;
  readonly tags: readonly string[];
  readonly heading: string;
  readonly text: string;
}

export interface StoredChunk {
  readonly id: number;
  /** Its title, heading and text. */
  readonly text: string;
}

/** An index of our own, which can be searched: embedded, or in Postgres. */
export interface SearchIndex {
  /** @param vectors one per chunk, when there are embeddings */
  upsert(document: Document, vectors?: readonly Float32Array[]): Promise<Outcome>;
  remove(removal: Removal): Promise<Outcome>;
  /** The best chunk of each document with all, or any, of the phrases; the best first. */
  matching(phrases: readonly Phrase[], match: 'all' | 'any', filter: Filter, limit: number): Promise<Passage[]>;
  /** Those of the phrases that do not consist of words which very many chunks have; all, when there is no other. */
  telling(phrases: readonly Phrase[]): Promise<readonly Phrase[]>;
  /** The chunks nearest to the vector; the nearest first. */
  nearest(vector: Float32Array, filter: Filter, limit: number): Promise<Passage[]>;
  /** Chunks that have no vector of the current model yet. */
  withoutVector(limit: number): Promise<StoredChunk[]>;
  /** Adds what `withoutVector` answered; a chunk that is gone meanwhile is left out. */
  addVectors(vectors: ReadonlyMap<number, Float32Array>): Promise<void>;
  /** Throws when it cannot be used. */
  check(): Promise<void> | void;
  close(): Promise<void> | void;
}

/** What is embedded of a chunk. */
export const embeddedText = (title: string, { heading, text }: { heading: string; text: string }): string =>
  [title, heading, text].filter((part) => part !== '').join('\n') || '-';
