export interface Term {
  name: string;
  value: string;
}

export const termKey = ({ name, value }: Term): string => `${name}:${value}`;

const MOST_CHARACTERS = 512;
const TERM = /^(\w+):(?:'((?:[^'\\]|\\.)*)'|(-?\d+|true|false|null))$/;

/** Parses `"cf_a:'x' AND status:2"`. Returns undefined for other syntax. */
export function readQuery(text: string): Term[] | undefined {
  if (text.length > MOST_CHARACTERS || !/^".*"$/s.test(text)) return undefined;
  const terms: Term[] = [];
  for (const part of text.slice(1, -1).split(/\s+AND\s+/)) {
    const [, name, quoted, bare] = TERM.exec(part.trim()) ?? [];
    if (name === undefined) return undefined;
    terms.push({ name, value: quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '' });
  }
  return terms;
}
