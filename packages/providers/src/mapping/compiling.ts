import {
  type Budget,
  type Expression as Compiled,
  compileExpression,
  ExpressionError,
  type VariableType,
} from '@switchboard/expressions';
import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import { spellingsOf } from './json.ts';
import type { Place } from './mapping.ts';

import type { Step } from './paths.ts';

export type { Keys };

export type Variable = 'body' | 'data' | 'headers' | 'item';

/** What expressions read, by variable. */
export type Values = Readonly<Partial<Record<Variable, unknown>>>;

export type Source =
  | { readonly kind: 'plain'; readonly variable: Variable; readonly steps: readonly Step[] }
  | { readonly kind: 'computed'; readonly expression: Compiled; readonly rule: string };

const TYPES: Readonly<Record<Variable, VariableType>> = {
  body: 'dyn',
  data: 'dyn',
  headers: 'map<string, string>',
  item: 'dyn',
};

/** What the parts of one mapping share while it is compiled. */
export interface Compiling {
  readonly variables: readonly Variable[];
  readonly anySpelling: boolean;
  /** The headers that may be read; undefined for any. */
  readonly headers: readonly string[] | undefined;
  /** Receives the names of those that are read. */
  readonly headersRead: Set<string>;
  readonly budget: Budget;
  readonly problems: DefinitionProblem[];
}

/** Undefined, with a problem, when the text is no expression. */
export function compile(text: string, at: Keys, compiling: Compiling): Compiled | undefined {
  const { problems, budget } = compiling;
  if (typeof text !== 'string') {
    problems.push({ at, message: 'must be an expression, written as text' });
    return undefined;
  }
  const variables = Object.fromEntries(compiling.variables.map((name) => [name, TYPES[name]]));
  try {
    const compiled = compileExpression(text, { variables, budget });
    const unknown = unknownHeader(compiled, compiling);
    if (unknown !== undefined) problems.push({ at, message: unknown });
    for (const [variable, name] of compiled.reads) {
      if (variable === 'headers' && typeof name === 'string') compiling.headersRead.add(name);
    }
    return unknown === undefined ? compiled : undefined;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message, line, column } = error;
    problems.push({ at, message, line, column });
    return undefined;
  }
}

function unknownHeader({ reads }: Compiled, { headers }: Compiling): string | undefined {
  if (headers === undefined) return undefined;
  for (const [variable, name] of reads) {
    if (variable !== 'headers' || headers.includes(name as string)) continue;
    return `reads a header that the provider does not pass on; it passes ${headers.join(', ') || 'none'}`;
  }
  return undefined;
}

export function compileSource(text: string, at: Keys, compiling: Compiling): Source | undefined {
  const expression = compile(text, at, compiling);
  if (expression === undefined) return undefined;
  if (expression.path === undefined) return { kind: 'computed', expression, rule: at.join('.') };
  const [variable, ...names] = expression.path;
  const spell = compiling.anySpelling && variable !== 'headers';
  const steps = names.map((name) => (typeof name === 'number' ? name : spell ? spellingsOf(name) : [name]));
  return { kind: 'plain', variable: variable as Variable, steps };
}

/** The expressions of a place with where they stand. */
export const expressionsOf = (place: Place, at: Keys): (readonly [text: string, at: Keys])[] =>
  typeof place === 'string' || !Array.isArray(place)
    ? [[place as string, at]]
    : place.map((text, index) => [text, [...at, index]]);

export const compilePlace = (place: Place | undefined, at: Keys, compiling: Compiling): Source[] =>
  place === undefined
    ? []
    : expressionsOf(place, at).flatMap(([text, where]) => compileSource(text, where, compiling) ?? []);

/** A source that must be a path from the variable. */
export function compilePath(text: string, variable: Variable, at: Keys, compiling: Compiling): Step[] | undefined {
  const source = compileSource(text, at, compiling);
  if (source === undefined) return undefined;
  if (source.kind === 'plain' && source.variable === variable) return [...source.steps];
  compiling.problems.push({ at, message: `must be a path, such as ${variable}.name` });
  return undefined;
}
