export type SignedPart = 'method' | 'url' | 'id' | 'timestamp' | 'body';
/** A part of the request, or text between parts. */
export type TemplatePart = SignedPart | { readonly text: string };

export interface Template {
  readonly parts: readonly TemplatePart[];
  /** Whether a text can be the `{id}`: if not, the boundary between it and its neighbour could be moved. */
  isId(text: string): boolean;
}

const PLACEHOLDER = /\{(method|url|id|timestamp|body)\}/;
const ID = /^[!-~]{1,256}$/;

/** @throws RangeError that says what the template must be */
export function parseTemplate(template: string): Template {
  const parts = template
    .split(PLACEHOLDER)
    .map((part, index): TemplatePart => (index % 2 === 1 ? (part as SignedPart) : { text: part }))
    .filter((part) => typeof part === 'string' || part.text !== '');
  const texts = parts.flatMap((part) => (typeof part === 'string' ? [] : part.text));
  if (texts.some((text) => /[{}]/.test(text)))
    throw new RangeError('content may have {method}, {url}, {id}, {timestamp} and {body}, and no other braces');
  const names = parts.filter((part) => typeof part === 'string');
  if (new Set(names).size < names.length) throw new RangeError('content must have each part once');

  const at = parts.indexOf('id');
  if (at === -1) return { parts, isId: () => true };
  const next = parts[at + 1];
  // A time has a fixed form, so its start cannot be moved.
  if (typeof next === 'string' && next !== 'timestamp')
    throw new RangeError(`content needs a text between {id} and {${next}}`);
  return { parts, isId: (id) => ID.test(id) && (typeof next !== 'object' || !id.includes(next.text)) };
}

/** The signed content, in pieces. */
export const contentOf = (
  parts: readonly TemplatePart[],
  request: Readonly<Record<SignedPart, string | Buffer>>,
): (string | Buffer)[] => parts.map((part) => (typeof part === 'string' ? request[part] : part.text));
