export { type Document, documentOf } from './article/document.ts';
export type { SearchIndex } from './index/article-index.ts';
export { createEmbeddedIndex } from './index/embedded-index.ts';
export { createPostgresIndex } from './index/postgres-index.ts';
export { phrasesOf } from './search/query.ts';
export { createSearch, type SearchQuery } from './search/search.ts';
