export type { SearchIndex } from './article-index.ts';
export { type Document, documentOf } from './document.ts';
export { createEmbeddedIndex } from './embedded-index.ts';
export { createPostgresIndex } from './postgres-index.ts';
export { phrasesOf } from './query.ts';
export { createSearch, type SearchQuery } from './search.ts';
