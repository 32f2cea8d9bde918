/** In any casing, alone or with `charset=utf-8`; nothing else may follow. */
const CHARSET = String.raw`(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$`;
const JSON_UTF8 = new RegExp(`^application/json${CHARSET}`, 'i');
const FORM_UTF8 = new RegExp(`^application/x-www-form-urlencoded${CHARSET}`, 'i');

export type BodyKind = 'json' | 'form';

/** Undefined for everything that ingest does not read. */
export function bodyKindOf(contentType: string | undefined): BodyKind | undefined {
  if (contentType === 'application/json') return 'json';
  if (contentType === undefined) return undefined;
  if (JSON_UTF8.test(contentType)) return 'json';
  return FORM_UTF8.test(contentType) ? 'form' : undefined;
}
