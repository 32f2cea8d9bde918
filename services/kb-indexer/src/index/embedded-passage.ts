import type { Filter, Passage } from './article-index.ts';

/** The columns of a passage. */
export const PASSAGE = 'article AS articleId, locale, title, url, tags, heading, text';
export type PassageRow = Omit<Passage, 'tags'> & { tags: string };

/** The SQL conditions of a filter, and their values. */
export function conditionsOf({ tenant, language, tag }: Filter): { where: string; values: string[] } {
  return {
    where: [
      'documents.tenant = ? AND NOT removed',
      ...(language === undefined ? [] : ["language IN (?, '')"]),
      ...(tag === undefined ? [] : ['EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)']),
    ].join(' AND '),
    values: [tenant, language, tag].filter((value) => value !== undefined),
  };
}
