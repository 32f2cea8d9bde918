import type { Document, DocumentKey, Removal } from '../article/document.ts';
import type { Phrase } from '../search/query.ts';

/** `outdated`: a newer revision is known, and the index is unchanged. */
export type Outcome = 'done' | 'outdated';

/** An index of articles. Every change is atomic and safe to repeat. */
export interface ArticleIndex {
  /** Replaces the earlier revisions of the document. */
  upsert(document: Document, signal: AbortSignal): Promise<Outcome>;
  /** Removes the documents and records the revision, so that an older document does not return. */
  remove(removal: Removal, signal: AbortSignal): Promise<Outcome>;
}

export interface Filter {
  readonly tenant: string;
  /** Documents in this language, such as `de`, and those without any. */
  readonly language?: string | undefined;
  readonly tag?: string | undefined;
}

/** A chunk found by a search, and its document. */
export interface Passage extends Omit<DocumentKey, 'tenant'> {
  readonly title: string;
  readonly url: string | null;
  readonly tags: readonly string[];
  readonly heading: string;
  readonly text: string;
}

export interface StoredChunk {
  readonly id: number;
  /** The chunk's title, heading and text. */
  readonly text: string;
}

/** A searchable index of our own: embedded or in Postgres. */
export interface SearchIndex {
  /** @param vectors one per chunk, if there are embeddings */
  upsert(document: Document, vectors?: readonly Float32Array[]): Promise<Outcome>;
  remove(removal: Removal): Promise<Outcome>;
  /** The best chunk of each document with all, or any, of the phrases, best first. */
  matching(phrases: readonly Phrase[], match: 'all' | 'any', filter: Filter, limit: number): Promise<Passage[]>;
  /** The phrases without those of very common words; all of them if none remain. */
  telling(phrases: readonly Phrase[]): Promise<readonly Phrase[]>;
  /** The chunks nearest to the vector, nearest first. */
  nearest(vector: Float32Array, filter: Filter, limit: number): Promise<Passage[]>;
  /** Chunks without a vector of the current model. */
  withoutVector(limit: number): Promise<StoredChunk[]>;
  /** Adds vectors for chunks of `withoutVector`. Skips chunks that no longer exist. */
  addVectors(vectors: ReadonlyMap<number, Float32Array>): Promise<void>;
  /** Throws if the index is unusable. */
  check(): Promise<void> | void;
  close(): Promise<void> | void;
}

/** The text of a chunk that is embedded. */
export const embeddedText = (title: string, { heading, text }: { heading: string; text: string }): string =>
  [title, heading, text].filter((part) => part !== '').join('\n') || '-';
