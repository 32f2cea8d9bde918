import { compileExpression, type Expression, ExpressionError, type VariableType } from '@switchboard/expressions';
import type { Complain, Keys } from './problems.ts';

export type Variables = Readonly<Record<string, VariableType>>;
export type Values = Readonly<Record<string, unknown>>;

/** Text with `${expressions}`. */
export interface Template {
  /** Undefined if an expression reads what is not there or cannot be computed. */
  render(values: Values, encode?: (text: string) => string | undefined): string | undefined;
  /** The value itself, if the template is one expression and nothing else; otherwise its text. */
  value(values: Values): unknown;
  readonly expressions: readonly Expression[];
}

interface Part {
  readonly text: string;
  readonly expression: Expression | undefined;
}

/** Types that have one obvious text. */
const SINGLE = /^(?:string|double|int|uint|bool|dyn)$/;

/** @returns undefined after a complaint */
export function compileTemplate(
  text: string,
  variables: Variables,
  at: Keys,
  complain: Complain,
): Template | undefined {
  const parts: Part[] = [];
  let sound = true;
  for (const piece of split(text)) {
    if (piece.kind === 'text') {
      parts.push({ text: piece.text, expression: undefined });
    } else if (piece.kind === 'open') {
      complain(at, 'has a ${ without its }', piece.offset);
      sound = false;
    } else {
      const expression = compileAt(piece.text, variables, at, complain, piece.offset);
      if (expression === undefined) sound = false;
      else parts.push({ text: '', expression });
    }
  }
  if (!sound) return undefined;
  const expressions = parts.flatMap(({ expression }) => expression ?? []);
  const [first] = parts;
  const single = parts.length === 1 ? first?.expression : undefined;
  if (single === undefined) {
    for (const { type, text: source } of expressions) {
      if (SINGLE.test(type)) continue;
      complain(at, `puts a ${type} into text: ${source}; convert it, e.g. by join(…)`);
      return undefined;
    }
  }
  return {
    expressions,
    render(values, encode = (plain) => plain) {
      let rendered = '';
      for (const { text: fixed, expression } of parts) {
        const found = expression === undefined ? fixed : textOf(expression.evaluate(values));
        const encoded = expression === undefined || found === undefined ? found : encode(found);
        if (encoded === undefined) return undefined;
        rendered += encoded;
      }
      return rendered;
    },
    value(values) {
      if (single === undefined) return this.render(values);
      const evaluated = single.evaluate(values);
      return evaluated.kind === 'value' ? evaluated.value : undefined;
    },
  };
}

/** Compiles an expression of a file. @returns undefined after a complaint */
export function compileAt(
  text: string,
  variables: Variables,
  at: Keys,
  complain: Complain,
  offset = 0,
): Expression | undefined {
  try {
    return compileExpression(text, { variables });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const lines = text.split('\n').slice(0, error.line - 1);
    const start = lines.reduce((sum, line) => sum + line.length + 1, 0) + error.column - 1;
    complain(at, error.message, offset + start);
    return undefined;
  }
}

function textOf(evaluated: ReturnType<Expression['evaluate']>): string | undefined {
  if (evaluated.kind !== 'value') return undefined;
  const { value } = evaluated;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string; readonly offset: number }
  | { readonly kind: 'open'; readonly offset: number };

function* split(text: string): Generator<Piece> {
  let from = 0;
  while (from < text.length) {
    const start = text.indexOf('${', from);
    if (start < 0) break;
    const end = endOf(text, start + 2);
    if (end === undefined) {
      yield { kind: 'open', offset: start };
      return;
    }
    if (start > from) yield { kind: 'text', text: text.slice(from, start) };
    yield { kind: 'expression', text: text.slice(start + 2, end), offset: start + 2 };
    from = end + 1;
  }
  if (from < text.length || text === '') yield { kind: 'text', text: text.slice(from) };
}

/** Where the expression's `}` is: braces nest, and those within quotes do not count. */
function endOf(text: string, from: number): number | undefined {
  let depth = 0;
  let quote = '';
  for (let index = from; index < text.length; index += 1) {
    const character = text[index] as string;
    if (quote !== '') {
      if (character === '\\') index += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      if (depth === 0) return index;
      depth -= 1;
    }
  }
  return undefined;
}
