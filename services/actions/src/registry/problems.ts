import { type Document, isMap, isScalar, isSeq, type Node } from 'yaml';

/** The keys from the top of a file to a value. */
export type Keys = readonly (string | number)[];

/** Reports a problem of the value at these keys; `offset` counts characters of its text. */
export type Complain = (at: Keys, message: string, offset?: number) => void;

export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly document: Document.Parsed;
}

/** One line for a problem: where it is, and what. */
export function problemLine({ path, text, document }: ParsedFile, at: Keys, message: string, offset?: number): string {
  const { line, column } = placeOf(text, document.contents, at, offset);
  return `${path}:${line}:${column} ${at.length === 0 ? 'the file' : at.join('.')} ${message}`;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function placeOf(text: string, root: unknown, at: Keys, offset: number | undefined): Place {
  const { start, value } = nodeAt(root, at);
  if (offset === undefined || !isScalar(value) || value.range == null || typeof value.value !== 'string') {
    return positionAt(text, start);
  }
  const [from, to] = value.range;
  if (value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED') {
    const first = text.indexOf('\n', from) + 1;
    const indent = /^ */.exec(text.slice(first, to))?.[0].length ?? 0;
    const before = value.value.slice(0, offset).split('\n');
    const isLiteral = value.type === 'BLOCK_LITERAL';
    return {
      line: positionAt(text, first).line + (isLiteral ? before.length - 1 : 0),
      column: isLiteral ? indent + (before.at(-1) as string).length + 1 : 1,
    };
  }
  const quote = value.type === 'PLAIN' ? 0 : 1;
  return positionAt(text, Math.min(from + quote + offset, to));
}

/** The value at the keys, or the nearest around it, and where it or its key begins. */
function nodeAt(root: unknown, at: Keys): { start: number; value: unknown } {
  let value: unknown = root;
  let start = startOf(root);
  for (const key of at) {
    if (isMap(value)) {
      const pair = value.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      start = startOf(pair.key);
      value = pair.value;
    } else if (isSeq(value)) {
      const item = value.items[Number(key)];
      if (item === undefined) break;
      start = startOf(item);
      value = item;
    } else break;
  }
  return { start, value };
}

const startOf = (node: unknown): number => (node as Node | null | undefined)?.range?.[0] ?? 0;

function positionAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}
