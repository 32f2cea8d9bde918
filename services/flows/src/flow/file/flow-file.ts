import type { DefinitionFile, DefinitionProblem } from '@switchboard/expressions/definition';
import { isObject, placeInFile } from '@switchboard/expressions/definition';
import { parseDocument } from 'yaml';
import { pathText } from '../compile/expressions.ts';
import type { FlowProblem } from '../flow-error.ts';
import { fileForm } from './form.ts';

export interface FlowSource {
  /** As it is shown in problems. */
  readonly path: string;
  readonly text: string;
}

/** A file of the right form, whose content is not checked yet. */
export interface FlowFile {
  readonly path: string;
  readonly content: {
    readonly messages?: Readonly<Record<string, unknown>>;
    readonly flows?: Readonly<Record<string, unknown>>;
  };
  /** A problem of the file's content with its place. */
  problemAt(problem: DefinitionProblem): FlowProblem;
}

/** The file, and all that is wrong with its form. */
export function readFlowFile({ path, text }: FlowSource): { file: FlowFile | undefined; problems: FlowProblem[] } {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, linePos }) => ({
      path: '',
      message: `is not YAML: ${message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`,
      place: { file: path, line: linePos?.[0].line ?? 1, column: linePos?.[0].col ?? 1 },
    }));
    return { file: undefined, problems };
  }
  const where: DefinitionFile = { document, text, prefix: [] };
  const problemAt = (problem: DefinitionProblem): FlowProblem => ({
    path: pathText(problem.at),
    message: problem.message,
    place: { file: path, ...placeInFile(problem, where) },
  });
  const content = contentOf(document);
  if (typeof content === 'string') return { file: undefined, problems: [problemAt({ at: [], message: content })] };
  const found: DefinitionProblem[] = [];
  fileForm(content, [], found);
  return { file: { path, content, problemAt }, problems: found.map(problemAt) };
}

function contentOf(document: ReturnType<typeof parseDocument>): Record<string, object> | string {
  let content: unknown;
  try {
    // An alias can repeat a node, and by nesting make a small file huge.
    content = document.toJS({ maxAliasCount: 100 });
  } catch {
    return 'has too many aliases';
  }
  // A file may hold nothing but comments.
  if (content === null || content === undefined) return {};
  return isObject(content) ? (content as Record<string, object>) : 'must be a table of messages, flows';
}
