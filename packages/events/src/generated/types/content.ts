// Generated from schemas/ by `npm run generate`. Do not edit.

/** An article of the knowledge base became visible. */
export interface ArticlePublished {
  /** The content system's id of the article. */
  articleId: string;
  /** The article's title. */
  title: string;
  /** The article's text as HTML. */
  content: string;
  /** Where people read the article. */
  url: string | null;
  /** The article in a few sentences. */
  summary: string | null;
  /** Who wrote it. */
  author: string | null;
  /** The section it belongs to. */
  category: string | null;
  /** The words it is filed under. */
  tags: string[];
  /** The article's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** The content system's version of the article; a higher one is newer. */
  version: number | null;
  /** When this version was made; decides which is newer where there is no version. */
  updatedAt: number | null;
}

/** A visible article of the knowledge base changed; the event carries all of it. */
export interface ArticleUpdated {
  /** The content system's id of the article. */
  articleId: string;
  /** The article's title. */
  title: string;
  /** The article's text as HTML. */
  content: string;
  /** Where people read the article. */
  url: string | null;
  /** The article in a few sentences. */
  summary: string | null;
  /** Who wrote it. */
  author: string | null;
  /** The section it belongs to. */
  category: string | null;
  /** The words it is filed under. */
  tags: string[];
  /** The article's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** The content system's version of the article; a higher one is newer. */
  version: number | null;
  /** When this version was made; decides which is newer where there is no version. */
  updatedAt: number | null;
}

/** An article of the knowledge base was withdrawn. */
export interface ArticleUnpublished {
  /** The content system's id of the article. */
  articleId: string;
  /** The article's title. */
  title: string | null;
  /** Where people read the article. */
  url: string | null;
  /** Why it was withdrawn. */
  reason: string | null;
  /** The article's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** The content system's version of the article; a higher one is newer. */
  version: number | null;
  /** When it was withdrawn; decides which is newer where there is no version. */
  updatedAt: number | null;
}
