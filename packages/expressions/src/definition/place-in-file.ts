import { type Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { DefinitionProblem, Keys } from './problem.ts';

/** A YAML file and where the definition stands in it. */
export interface DefinitionFile {
  readonly document: Document.Parsed;
  /** The text of the document. */
  readonly text: string;
  readonly prefix: Keys;
}

export interface PlaceInFile {
  readonly line: number;
  readonly column: number;
}

/** Where in its file a problem is; both start at 1. */
export function placeInFile(
  { at, line, column }: DefinitionProblem,
  { document, text, prefix }: DefinitionFile,
): PlaceInFile {
  const { start, value } = nodeAt(document.contents, [...prefix, ...at]);
  if (line === undefined || column === undefined || !isScalar(value) || value.range == null) {
    return positionOf(text, start);
  }
  const [from, to] = value.range;
  if (value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED') {
    const first = text.indexOf('\n', from) + 1;
    const indent = /^ */.exec(text.slice(first, to))?.[0].length ?? 0;
    const isLiteral = value.type === 'BLOCK_LITERAL';
    return { line: positionOf(text, first).line + (isLiteral ? line - 1 : 0), column: isLiteral ? indent + column : 1 };
  }
  const quote = value.type === 'PLAIN' ? 0 : 1;
  return positionOf(text, Math.min(from + quote + column - 1, to));
}

/** The value at the keys, or the nearest around it, and where it or its key begins. */
function nodeAt(root: unknown, keys: Keys): { start: number; value: unknown } {
  let value: unknown = root;
  let start = startOf(root);
  for (const key of keys) {
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

function positionOf(text: string, offset: number): PlaceInFile {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}
