import { type DefinitionProblem, type Form, isObject, placeInFile } from '@switchboard/expressions/definition';
import { parseDocument } from 'yaml';
import { pathText } from '../compile/expressions.ts';
import type { FlowProblem } from '../flow-error.ts';

export interface FlowSource {
  /** As it is shown in problems. */
  readonly path: string;
  readonly text: string;
}

export interface YamlFile<Content> {
  readonly path: string;
  readonly content: Content;
  /** A problem of the content with its place in the file. */
  problemAt(problem: DefinitionProblem): FlowProblem;
}

/** A file whose content is a table of the form, or all that is wrong with it. */
export function readYaml<Content extends object>(
  { path, text }: FlowSource,
  form: Form,
):
  | { readonly file: YamlFile<Content>; readonly problems: readonly [] }
  | { readonly problems: readonly FlowProblem[] } {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    // The others follow from the first.
    const problems = document.errors.slice(0, 1).map(({ message, linePos }) => ({
      path: '',
      message: `is not YAML: ${yamlMessage(message)}`,
      place: { file: path, line: linePos?.[0].line ?? 1, column: linePos?.[0].col ?? 1 },
    }));
    return { problems };
  }
  const problemAt = (problem: DefinitionProblem): FlowProblem => ({
    path: pathText(problem.at),
    message: problem.message,
    place: { file: path, ...placeInFile(problem, { document, text, prefix: [] }) },
  });
  const found: DefinitionProblem[] = [];
  const content = contentOf(document, found);
  if (found.length === 0) form(content, [], found);
  if (found.length > 0) return { problems: found.map(problemAt) };
  return { file: { path, content: content as Content, problemAt }, problems: [] };
}

function yamlMessage(message: string): string {
  const [first = ''] = message.split('\n');
  const plain = first.replace(/ at line \d+, column \d+:?$/, '');
  return /^(Nested mappings|Implicit)/.test(plain) ? `${plain}: quote a text that has a colon in it` : plain;
}

function contentOf(document: ReturnType<typeof parseDocument>, problems: DefinitionProblem[]): unknown {
  try {
    // An alias repeats a node, so nested ones make a small file huge.
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    // A file may hold nothing but comments.
    return isObject(content) || content != null ? content : {};
  } catch {
    problems.push({ at: [], message: 'has too many aliases, or one without its anchor' });
    return undefined;
  }
}
