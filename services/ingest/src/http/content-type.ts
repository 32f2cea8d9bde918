/** `application/json` in any casing, alone or with `charset=utf-8`; nothing else may follow. */
const JSON_UTF8 = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$/i;

export const isJsonInUtf8 = (contentType: string | undefined): boolean =>
  contentType === 'application/json' || (contentType !== undefined && JSON_UTF8.test(contentType));
