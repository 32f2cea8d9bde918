import { positionIn } from '@switchboard/expressions';
import { type Keys, placeInFile } from '@switchboard/expressions/definition';
import type { Document } from 'yaml';

export type { Keys };

/** Reports a problem of the value at these keys; `offset` counts characters of its text. */
export type Complain = (at: Keys, message: string, offset?: number) => void;

export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly document: Document.Parsed;
}

/** One line for a problem: where it is, and what. */
export function problemLine({ path, text, document }: ParsedFile, at: Keys, message: string, offset?: number): string {
  const value = document.getIn(at);
  const inValue = offset === undefined || typeof value !== 'string' ? {} : positionIn(value, offset);
  const { line, column } = placeInFile({ at, message, ...inValue }, { document, text, prefix: [] });
  return `${path}:${line}:${column} ${at.length === 0 ? 'the file' : at.join('.')} ${message}`;
}
