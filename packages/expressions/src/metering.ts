import type { ASTNode } from '@marcbachmann/cel-js';
import { type Budget, BudgetError } from './budget.ts';
import { ERROR_PARTS, loop } from './loop.ts';
import { RefusedError } from './refused-error.ts';
import { childrenOf, isLoop, nodesOf } from './syntax-tree.ts';

/** No computed text is longer than a body. */
export const LONGEST_TEXT = 1_048_576;

/** Characters that are copied or compared in the time of one part of an expression. */
const CHARACTERS = 128;
/** Characters that a search compares with one another in that time. */
const SEARCHED_CHARACTERS = 32;

const CALL_PARTS = 10;

type Handle = (...args: unknown[]) => unknown;

/** cel-js sets `handle` when it checks the types; a macro's own node is the alternate of its call. */
interface Metered {
  handle?: unknown;
  readonly meta?: { readonly alternate?: Metered };
}

/**
 * Makes each operation whose time depends on the data pay for it before it runs. Objects are never enumerated: that can
 * take longer than all the rest. The types must have been checked.
 */
export function meter(ast: ASTNode, budget: Budget): void {
  for (const node of nodesOf(ast)) {
    if (isLoop(node) && node.op === 'rcall') {
      const alternate = (node as Metered).meta?.alternate;
      if (alternate === undefined) continue;
      const parts = node.args[2].slice(1).reduce((sum, body) => sum + ownParts(body), 1);
      alternate.handle = loop(budget, parts);
    } else if (node.op === 'call' || node.op === 'rcall') {
      wrap(node as Metered, budget, (args) => callFor(node.args[0], args as readonly unknown[], budget));
    } else if (node.op === '==' || node.op === '!=') {
      wrap(node as Metered, budget, (left, right) => equalityFor(node.op === '==', left, right, budget));
    } else if (node.op === 'in') {
      wrap(node as Metered, budget, (key, container) => membershipFor(key, container, budget));
    } else if (node.op === '+') {
      wrap(node as Metered, budget, (left, right) => sumFor(left, right, budget));
    }
  }
}

/** `shortcut` pays, and may give the result itself. */
function wrap(node: Metered, budget: Budget, shortcut: (first: unknown, second: unknown) => unknown): void {
  const handle = node.handle as Handle | undefined;
  if (handle === undefined) return;
  node.handle = (...args: unknown[]): unknown => {
    const known = shortcut(args[0], args[1]);
    if (known !== undefined) return known;
    let result: unknown;
    try {
      result = handle(...args);
    } catch (error) {
      budget.spend(ERROR_PARTS);
      throw error;
    }
    if (typeof result === 'string' && result.length > LONGEST_TEXT) throw new BudgetError();
    return result;
  };
}

/** Inner loops pay for themselves. */
const ownParts = (node: ASTNode): number =>
  (node.op === 'call' || node.op === 'rcall' ? CALL_PARTS : 1) +
  childrenOf(node).reduce((sum, child) => sum + (isLoop(node) ? 0 : ownParts(child)), 0);

/** An object of JSON, which is neither a list nor null. */
const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A search can compare each character of the text with each of what is searched. */
const SEARCHES: ReadonlySet<string> = new Set(['contains', 'indexOf', 'lastIndexOf', 'split']);

function callFor(name: string, args: readonly unknown[], budget: Budget): unknown {
  const [first, second] = args;
  if (Array.isArray(first) && name === 'size') return BigInt(first.length);
  if (args.some(isMap)) throw new RefusedError(`${name} does not take an object`);
  const length = typeof first === 'string' ? first.length : 0;
  if (SEARCHES.has(name)) {
    const searched = typeof second === 'string' ? Math.max(1, second.length) : 1;
    budget.spend((length * searched) / SEARCHED_CHARACTERS);
    // Each character can be a part of its own.
    if (name === 'split') budget.spend(length / 2);
  } else if (name === 'join') {
    budget.spend(joinedParts(first, typeof second === 'string' ? second.length : 0, budget));
  } else {
    budget.spend(length / (name === 'size' ? 8 : CHARACTERS));
  }
  return undefined;
}

/** A text too long is refused before it is made. */
function joinedParts(list: unknown, separator: number, budget: Budget): number {
  let length = 0;
  for (const item of Array.isArray(list) ? list : []) {
    if (typeof item !== 'string') throw new RefusedError('join takes a list of texts');
    budget.spend(1);
    length += item.length + separator;
  }
  if (length > LONGEST_TEXT) throw new BudgetError();
  return length / CHARACTERS;
}

/** An object equals nothing but an object, and objects are not compared. */
function equalityFor(isEqual: boolean, left: unknown, right: unknown, budget: Budget): boolean | undefined {
  if (isMap(left) || isMap(right)) {
    if (isMap(left) && isMap(right)) throw new RefusedError('does not compare objects; compare their fields');
    return !isEqual;
  }
  payComparison(left, budget);
  if (Array.isArray(right)) payComparison(right, budget);
  return undefined;
}

function membershipFor(key: unknown, container: unknown, budget: Budget): boolean | undefined {
  if (isMap(container)) return typeof key === 'string' && Object.hasOwn(container, key);
  if (isMap(key)) throw new RefusedError('does not compare objects; compare their fields');
  if (!Array.isArray(container)) return undefined;
  const size = typeof key === 'string' ? 1 + key.length / CHARACTERS : 1;
  budget.spend(container.length * size);
  if (Array.isArray(key)) for (const item of container) payComparison(item, budget);
  return container.some(isMap) ? container.some((item) => !isMap(item) && Object.is(item, key)) : undefined;
}

/** Equality goes through all that a list holds, as far as both sides are equal. */
function payComparison(value: unknown, budget: Budget): void {
  if (typeof value === 'string') budget.spend(value.length / CHARACTERS);
  else if (isMap(value)) throw new RefusedError('does not compare objects; compare their fields');
  else if (Array.isArray(value)) {
    for (const item of value) {
      budget.spend(1);
      if (typeof item !== 'number') payComparison(item, budget);
    }
  }
}

function sumFor(left: unknown, right: unknown, budget: Budget): unknown {
  if (Array.isArray(left) && Array.isArray(right)) {
    budget.spend(left.length + right.length);
    return [...left, ...right];
  }
  if (isMap(left) || isMap(right)) throw new RefusedError('does not add objects');
  return undefined;
}
