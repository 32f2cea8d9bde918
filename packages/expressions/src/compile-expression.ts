import { type ASTNode, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { Budget, BudgetError } from './budget.ts';
import { ExpressionError, type Position, positionIn } from './expression-error.ts';
import { failureMessage, operatorHint } from './failure.ts';
import { toJson } from './json-value.ts';
import { checkLimits, FUNCTIONS, MOST_DEPTH, MOST_NODES } from './limits.ts';
import { meter } from './metering.ts';
import { type Path, plainPath } from './plain-path.ts';
import { readable } from './readable.ts';
import { RefusedError } from './refused-error.ts';
import { calledName, nodesOf } from './syntax-tree.ts';

/** A CEL type such as `dyn`, `string` or `map<string, string>`, or the types of an object's fields. */
export type VariableType = string | { readonly [field: string]: VariableType };

export interface CompileOptions {
  readonly variables: Readonly<Record<string, VariableType>>;
  /**
   * The fields of the record types that variables and other records name, as in `list<OrderItem>`; inner ones first.
   * They are checked when the expression is compiled; what it is given may lack any field.
   */
  readonly records?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Shared by the expressions that run together. Default: one for each evaluation. */
  readonly budget?: Budget;
}

export type Evaluated =
  | { readonly kind: 'value'; readonly value: unknown }
  /** It reads a field that is not there. */
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'failed'; readonly message: string } & Position);

export interface Expression {
  readonly text: string;
  /** What the type checker knows: `dyn` when it depends on the data. */
  readonly type: string;
  /** Set when the expression only reads this path. */
  readonly path: Path | undefined;
  /** The longest paths that it reads, by variable; those below a loop's variable are not listed. */
  readonly reads: readonly Path[];
  /** Never throws; the time is bounded by the budget. */
  evaluate(values: Readonly<Record<string, unknown>>): Evaluated;
}

type Parsed = ReturnType<Environment['parse']>;
type Records = NonNullable<CompileOptions['records']>;

const ABSENT: Evaluated = { kind: 'absent' };
const ABSENT_CODES: ReadonlySet<string> = new Set(['no_such_key', 'index_out_of_bounds']);

/** @throws ExpressionError for text that is no expression, or none whose time can be bounded. */
export function compileExpression(text: string, { variables, records = {}, budget }: CompileOptions): Expression {
  const declared = parse(environmentOf(variables, records), text);
  checkLimits(declared.ast, new Set(Object.keys(variables)));
  const type = checkTypes(declared, text);
  const run = Object.keys(records).length === 0 ? declared : untyped(declared.ast, variables, records);

  const own = budget === undefined ? new Budget() : undefined;
  const spent = budget ?? (own as Budget);
  meter(run.ast, spent);
  const makes = makesValues(run.ast);
  const fail = (message: string, offset = 0): Evaluated => ({ kind: 'failed', message, ...positionIn(text, offset) });
  return {
    text,
    type,
    path: plainPath(run.ast),
    reads: readsOf(run.ast, new Set(Object.keys(variables))),
    evaluate(values) {
      own?.refill();
      try {
        const result: unknown = evaluateReadable(run, values, spent);
        const value = makes || typeof result !== 'object' ? toJson(result, spent) : result;
        return value === undefined ? fail('has no value that JSON can hold') : { kind: 'value', value };
      } catch (error) {
        if (error instanceof EvaluationError) {
          if (ABSENT_CODES.has(error.code)) return ABSENT;
          return fail(failureMessage(error.code, error.summary), error.range?.start);
        }
        if (error instanceof RefusedError) return fail(error.message);
        return fail(error instanceof BudgetError ? 'takes too long for what was sent' : failureMessage('', ''));
      }
    },
  };
}

function evaluateReadable(run: (values: object) => unknown, values: object, budget: Budget): unknown {
  const { stackTraceLimit } = Error;
  // Absent fields are errors in cel-js, and most of an error's time goes into its stack.
  Error.stackTraceLimit = 0;
  Budget.current = budget;
  try {
    return run(values);
  } catch (error) {
    if (!(error instanceof EvaluationError) || error.code !== 'unsupported_type') throw error;
    return run(readable(values, budget) as object);
  } finally {
    Budget.current = undefined;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const environments = new Map<string, Environment>();
const MOST_ENVIRONMENTS = 100;

/** Making one takes as long as compiling many expressions. */
function environmentOf(variables: CompileOptions['variables'], records: Records): Environment {
  const key = JSON.stringify([variables, records]);
  const known = environments.get(key);
  if (known !== undefined) return known;
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 4 * MOST_NODES, maxDepth: 4 * MOST_DEPTH },
  });
  for (const [name, schema] of Object.entries(records)) environment.registerType({ name, schema });
  for (const [name, type] of Object.entries(variables)) {
    if (typeof type === 'string') environment.registerVariable(name, type);
    else environment.registerVariable(name, { schema: type });
  }
  if (environments.size >= MOST_ENVIRONMENTS) environments.clear();
  environments.set(key, environment);
  return environment;
}

function parse(environment: Environment, text: string): Parsed {
  try {
    return environment.parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const isLimit = error.code === 'limit_exceeded';
    const message = isLimit ? `is larger than ${MOST_NODES} parts or deeper than ${MOST_DEPTH}` : error.summary;
    throw new ExpressionError(isLimit ? 'TOO_LARGE' : 'SYNTAX', message, text, error.range?.start ?? 0);
  }
}

/** The expression that runs: its values are plain objects, which cel-js does not take for records. */
function untyped(ast: ASTNode, variables: CompileOptions['variables'], records: Records): Parsed {
  const text = ast.input;
  // cel-js lets has(…) name any field.
  let read = text;
  for (const node of nodesOf(ast)) {
    if (calledName(node) === 'has') read = `${read.slice(0, node.start)}dyn${read.slice(node.start + 'has'.length)}`;
  }
  if (read !== text) checkTypes(parse(environmentOf(variables, records), read), text);
  const plain = Object.entries(variables).map(([name, type]) => [name, isRecord(type, records) ? 'dyn' : type]);
  const run = parse(environmentOf(Object.fromEntries(plain), {}), text);
  checkTypes(run, text);
  return run;
}

const isRecord = (type: VariableType, records: Records): boolean =>
  typeof type === 'string' && type.split(/[<>, ]+/).some((part) => Object.hasOwn(records, part));

/** @throws ExpressionError */
function checkTypes(parsed: Parsed, text: string): string {
  const { valid, type = 'dyn', error } = parsed.check();
  if (valid) return type;
  const field = /^No such key: (\w+)$/.exec(error?.summary ?? '')?.[1];
  const offset = error?.range?.start ?? 0;
  if (field === undefined) throw new ExpressionError('TYPE', typeMessage(error), text, offset);
  throw new ExpressionError('UNKNOWN_FIELD', `There is no field ${field}`, text, offset, field);
}

function typeMessage(error: { readonly code: string; readonly summary: string } | undefined): string {
  if (error?.code === 'no_such_overload') return error.summary + operatorHint(error.summary);
  if (error?.code !== 'no_matching_overload') return error?.summary ?? 'The types do not fit';
  return `${error.summary}; the functions are ${FUNCTIONS.join(', ')}`;
}

/** Whether the result can hold values that the expression makes; others come from JSON as they are. */
const makesValues = (ast: ASTNode): boolean => {
  for (const { op } of nodesOf(ast)) if (op === 'list' || op === 'map' || op === 'rcall' || op === 'call') return true;
  return false;
};

function readsOf(ast: ASTNode, variables: ReadonlySet<string>): Path[] {
  const reads: Path[] = [];
  const inside = new Set<ASTNode>();
  for (const node of nodesOf(ast)) {
    const path = inside.has(node) ? undefined : plainPath(node);
    if (path === undefined) continue;
    for (const part of nodesOf(node)) inside.add(part);
    if (variables.has(path[0])) reads.push(path);
  }
  return reads;
}
