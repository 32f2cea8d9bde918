import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionError, type ExpressionErrorCode } from './expression-error.ts';
import { calledName, childrenOf, isLoop } from './syntax-tree.ts';

export const MOST_NODES = 500;
export const MOST_DEPTH = 30;
/** Three nested loops over a list of 100 items are a million steps. */
export const MOST_NESTED_LOOPS = 2;

/** All are linear in their arguments, or counted as what they are; none has a time, a locale or a pattern. */
export const FUNCTIONS: readonly string[] = [
  'all',
  'bool',
  'contains',
  'double',
  'endsWith',
  'exists',
  'exists_one',
  'filter',
  'has',
  'indexOf',
  'int',
  'join',
  'lastIndexOf',
  'lowerAscii',
  'map',
  'size',
  'split',
  'startsWith',
  'string',
  'substring',
  'trim',
  'upperAscii',
];

const allowed: ReadonlySet<string> = new Set(FUNCTIONS);

/** @throws ExpressionError for an expression whose run time or effects cannot be bounded. */
export function checkLimits(ast: ASTNode, variables: ReadonlySet<string>): void {
  let nodes = 0;
  const refuse = (code: ExpressionErrorCode, message: string, node: ASTNode, unknown?: string): never => {
    throw new ExpressionError(code, message, ast.input, startOf(node), unknown);
  };

  function visit(node: ASTNode, depth: number, loops: number, names: ReadonlySet<string>): void {
    nodes += 1;
    if (nodes > MOST_NODES) refuse('TOO_LARGE', `An expression has at most ${MOST_NODES} parts; divide it`, ast);
    if (depth > MOST_DEPTH) refuse('TOO_LARGE', `Expressions are nested at most ${MOST_DEPTH} deep; divide it`, node);
    if (node.op === 'id' && !names.has(node.args)) {
      refuse('UNKNOWN_NAME', `Unknown variable ${node.args}; use ${[...names].join(', ')}`, node, node.args);
    }
    if (node.op === '.?' || node.op === '[?]') refuse('NOT_ALLOWED', 'Write has(…) instead of .? and [?]', node);
    if (node.op === 'value' && node.args instanceof Uint8Array) refuse('NOT_ALLOWED', 'Bytes are not allowed', node);
    const name = calledName(node);
    if (name === 'matches') {
      refuse('NOT_ALLOWED', 'Regular expressions are not allowed; use contains, startsWith, endsWith or ==', node);
    }
    if (name !== undefined && !allowed.has(name)) {
      refuse('NOT_ALLOWED', `There is no function ${name}; the functions are ${FUNCTIONS.join(', ')}`, node);
    }
    if (!isLoop(node) || node.op !== 'rcall') {
      for (const child of childrenOf(node)) visit(child, depth + 1, loops, names);
      return;
    }
    if (loops === MOST_NESTED_LOOPS) {
      refuse('TOO_LARGE', `${name} is inside of ${loops} others; nest at most ${MOST_NESTED_LOOPS}`, node);
    }
    const [, list, [variable, ...bodies]] = node.args;
    visit(list, depth + 1, loops, names);
    const inner = variable?.op === 'id' ? new Set([...names, variable.args]) : names;
    for (const body of bodies) visit(body, depth + 1, loops + 1, inner);
  }

  visit(ast, 1, 0, variables);
}

/** A method begins behind its receiver. */
function startOf(node: ASTNode): number {
  if (node.op !== 'rcall') return node.start;
  const [name, receiver] = node.args;
  return node.input.indexOf(name, receiver.end);
}
