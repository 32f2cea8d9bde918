import { isObject, listOf, objectOf, textOf } from '../json.ts';

/** What became of a call of an action. */
export type ActionAnswer =
  | { readonly kind: 'done'; readonly output: Readonly<Record<string, unknown>>; readonly reply: string | undefined }
  /** The result follows as a message. */
  | { readonly kind: 'follows' }
  /** The person must confirm a change: the same call with this token makes it. */
  | { readonly kind: 'unconfirmed'; readonly summary: string; readonly confirm: string }
  /** It does not exist, or belongs to somebody else. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'too-many'; readonly seconds: number | undefined }
  /** The system behind the action does not answer, and nothing follows. */
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }
  | Down;

/** The service itself does not answer. */
export interface Down {
  readonly kind: 'down';
  readonly url: string;
}

/** Reads an answer of `POST /v1/actions/:name`. */
export function actionAnswer({
  status,
  headers,
  body,
}: {
  status: number;
  headers: Headers;
  body: unknown;
}): ActionAnswer {
  const fields = objectOf(body);
  if (status === 202) return { kind: 'follows' };
  if (status < 300 && isObject(fields.output))
    return { kind: 'done', output: fields.output, reply: textOf(fields.reply) || undefined };
  if (status === 409 && typeof fields.confirm === 'string')
    return { kind: 'unconfirmed', summary: textOf(fields.summary), confirm: fields.confirm };
  if (status === 404) return { kind: 'not-found' };
  if (status === 429) return { kind: 'too-many', seconds: Number(headers.get('retry-after')) || undefined };
  if (status >= 500) return { kind: 'no-answer' };
  return {
    kind: 'refused',
    status,
    detail: [textOf(fields.detail) || textOf(fields.title), ...problemsIn(fields.problems)].join(' '),
  };
}

const problemsIn = (problems: unknown): string[] =>
  listOf(problems).map((problem) => {
    const { path, message } = objectOf(problem);
    return `${textOf(path)} ${textOf(message)}`.trim();
  });
