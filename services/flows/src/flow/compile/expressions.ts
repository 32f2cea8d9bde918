import { type Budget, compileExpression, ExpressionError, type Path } from '@switchboard/expressions';
import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import type { Json } from '../../context/variables.ts';
import { FlowError } from '../flow-error.ts';
import { collectRecords, type FieldKind, fieldAt, type RecordKind, type Records } from './field-kinds.ts';
import { pick, picksOf, toJson } from './picks.ts';
import { suggestion } from './suggestion.ts';

/** What the expressions of one place may read. */
export interface Scope {
  /** Events, and `key`, a text. */
  readonly variables: ReadonlyMap<string, RecordKind | 'text'>;
  /** The variables that may have no value: events that may not have come. */
  readonly uncertain: ReadonlySet<string>;
}

/** What the parts of one flow share while it is compiled. */
export interface Compiling {
  readonly flow: string;
  readonly budget: Budget;
  readonly problems: DefinitionProblem[];
}

/** The events by their variables, as JSON, and `key`. */
export type Values = Readonly<Record<string, unknown>>;

export interface Compiled {
  /** The CEL type. */
  readonly type: string;
  /** What it shows, when it only reads a field. */
  readonly field: FieldKind | undefined;
  readonly reads: readonly Path[];
  /** False when it may read something that is not there. */
  readonly isCertain: boolean;
  /** Undefined when it reads what is not there. @throws FlowError */
  evaluate(values: Values): Json | undefined;
}

const compiledRecords = new WeakMap<Scope, { types: Record<string, string>; records: Records }>();

function declarations(scope: Scope): { types: Record<string, string>; records: Records } {
  const known = compiledRecords.get(scope);
  if (known !== undefined) return known;
  const records: Records = {};
  const types: Record<string, string> = {};
  for (const [name, kind] of scope.variables) {
    types[name] = kind === 'text' ? 'string' : kind.name;
    if (kind !== 'text') collectRecords(kind, records);
  }
  const made = { types, records };
  compiledRecords.set(scope, made);
  return made;
}

/** Undefined, with a problem, for text that is no expression here. */
export function compile(text: string, at: Keys, scope: Scope, compiling: Compiling): Compiled | undefined {
  const { types, records } = declarations(scope);
  const { problems, budget, flow } = compiling;
  try {
    const expression = compileExpression(text, { variables: types, records, budget });
    const { path, reads, type } = expression;
    const whole = reads.find((read) => read.length === 1 && scope.variables.get(read[0]) !== 'text');
    if (whole !== undefined) {
      problems.push({
        at,
        message: `reads all of ${whole[0]}; name a field, such as ${whole[0]}.${exampleField(scope, whole)}`,
      });
      return undefined;
    }
    const view = reads.length === 0 ? [] : viewOf(reads, scope);
    const isCertain = /\bhas\(/.test(text) || reads.every((read) => isCertainRead(read, scope));
    const evaluate = (values: Values): Json | undefined => {
      if (path !== undefined) return readPath(values, path);
      const seen: Record<string, unknown> = {};
      for (const [name, take] of view) seen[name] = take(values[name]);
      const result = expression.evaluate(seen);
      if (result.kind === 'absent') return undefined;
      if (result.kind === 'value') return toJson(result.value);
      const message = `${result.message} (line ${result.line}, column ${result.column} of the expression)`;
      throw new FlowError('FAILED', [{ path: `${flow}.${pathText(at)}`, message }]);
    };
    return { type, field: path && fieldOf(path, scope), reads, isCertain, evaluate };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problems.push({ at, message: explain(error, text, scope), line: error.line, column: error.column });
    return undefined;
  }
}

const exampleField = (scope: Scope, [name]: Path): string => {
  const kind = scope.variables.get(name) as RecordKind;
  return [...kind.fields.keys()].find((field) => field !== 'meta') ?? 'meta.id';
};

type Take = (value: unknown) => unknown;

/** Only what the expression reads, in the types of CEL. */
function viewOf(reads: readonly Path[], scope: Scope): readonly (readonly [string, Take])[] {
  const names = [...new Set(reads.map(([name]) => name))];
  return names.map((name) => {
    const kind = scope.variables.get(name) as RecordKind | 'text';
    if (kind === 'text') return [name, (value) => value];
    const picks = picksOf(
      reads.filter((read) => read[0] === name).map((read) => read.slice(1)),
      kind,
    );
    return [name, (value) => pick(value ?? {}, picks, kind, true)];
  });
}

function readPath(values: Values, path: Path): Json | undefined {
  let value: unknown = values;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string | number, unknown>)[name];
  }
  return value === null ? undefined : (value as Json);
}

function fieldOf([name, ...path]: Path, { variables }: Scope): FieldKind | undefined {
  const kind = variables.get(name);
  if (kind === undefined) return undefined;
  return kind === 'text' ? { kind: 'string' } : fieldAt(kind, path).kind;
}

function isCertainRead([name, ...path]: Path, { variables, uncertain }: Scope): boolean {
  const kind = variables.get(name);
  if (kind === 'text' || kind === undefined) return kind === 'text';
  return !uncertain.has(name) && fieldAt(kind, path).isCertain;
}

function explain({ code, message, unknown = '' }: ExpressionError, text: string, scope: Scope): string {
  if (code === 'UNKNOWN_FIELD') {
    const fields = new Set<string>();
    for (const kind of scope.variables.values()) if (kind !== 'text') addFields(kind, fields);
    return message + suggestion(unknown, [...fields]);
  }
  if (code === 'UNKNOWN_NAME') {
    const names = [...scope.variables.keys()];
    const quoted = text.trim() === unknown ? `; to say the text ${unknown}, write '"${unknown}"'` : '';
    return `There is no variable ${unknown}${suggestion(unknown, names)}; the variables are ${names.join(', ')}${quoted}`;
  }
  return message;
}

function addFields(kind: FieldKind, found: Set<string>): void {
  if (kind.kind === 'list') addFields(kind.items, found);
  if (kind.kind !== 'record') return;
  for (const [name, field] of kind.fields) {
    found.add(name);
    if (name !== 'meta') addFields(field, found);
  }
}

export const pathText = (at: Keys): string =>
  at.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
