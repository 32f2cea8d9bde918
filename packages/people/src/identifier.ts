/** `user` is the chat user, `slack` the Slack user, `customer` a source and its id of the customer: `shop/4711`. */
export const kinds = ['user', 'customer', 'slack', 'email', 'phone'] as const;
export type Kind = (typeof kinds)[number];

/** One way to name a person, with its value in normal form. */
export interface Identifier {
  readonly kind: Kind;
  readonly value: string;
}

/** The identifier as one text, `email:jane@example.com`. */
export type Node = string;

export const nodeOf = ({ kind, value }: Identifier): Node => `${kind}:${value}`;

export function identifierOf(node: Node): Identifier {
  const end = node.indexOf(':');
  return { kind: node.slice(0, end) as Kind, value: node.slice(end + 1) };
}

/** A person has at most one identifier in a scope. E-mail addresses and phone numbers have none. */
export function scopeOf({ kind, value }: Identifier): string | undefined {
  if (kind === 'user' || kind === 'slack') return kind;
  return kind === 'customer' ? `customer of ${value.slice(0, value.indexOf('/'))}` : undefined;
}

export const isKind = (text: string): text is Kind => (kinds as readonly string[]).includes(text);

/** As long as the schemas allow an id with its source, and short enough for a key in Redis. */
const LONGEST = 384;

const ID = /^[^\p{Cc}]+$/u;
const EMAIL = /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u;

const NORMAL_FORMS: Readonly<Record<Exclude<Kind, 'user'>, (text: string) => string | undefined>> = {
  customer: (text) => matching(/^[^\p{Cc}/]+\/[^\p{Cc}]+$/u, text),
  slack: (text) => matching(/^[UW][A-Z0-9]{2,30}$/, text),
  email: (text) => (text.length <= 254 ? matching(EMAIL, text.toLowerCase()) : undefined),
  phone: phoneOf,
};

/** Reads what an event of the source says. The shop's customer 7 is not the CRM's. */
export const readSentIdentifier = (kind: Kind, text: string, source: string): Identifier | undefined =>
  readIdentifier(kind, kind === 'customer' ? `${source}/${text.trim()}` : text);

/** @returns the identifier in normal form; undefined if the text cannot identify a person */
export function readIdentifier(kind: Kind, text: string): Identifier | undefined {
  // Chat users are compared with the ids that the platform uses elsewhere, as they are.
  if (kind === 'user')
    return text.length <= LONGEST && ID.test(text) && text.isWellFormed() ? { kind, value: text } : undefined;
  const trimmed = text.length > 4 * LONGEST ? '' : text.trim().normalize('NFC');
  const value = trimmed === '' || trimmed.length > LONGEST ? undefined : NORMAL_FORMS[kind](trimmed);
  return value?.isWellFormed() ? { kind, value } : undefined;
}

const matching = (pattern: RegExp, text: string): string | undefined => (pattern.test(text) ? text : undefined);

/** E.164. A number without its country could belong to people in many countries, so it identifies nobody. */
function phoneOf(text: string): string | undefined {
  const digits = text.replaceAll(/[\s()./-]/g, '').replace(/^00/, '+');
  return matching(/^\+[1-9][0-9]{6,14}$/, digits);
}
