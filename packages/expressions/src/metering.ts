import type { ASTNode } from '@marcbachmann/cel-js';
import { type Budget, BudgetError } from './budget.ts';
import { childrenOf, isLoop, nodesOf } from './syntax-tree.ts';

/** No computed text is longer than a body. */
export const LONGEST_TEXT = 1_048_576;

/** Characters that are copied or compared in the time of one part of an expression. */
const CHARACTERS = 256;

type Handle = (first: unknown, ...more: unknown[]) => unknown;

/** cel-js sets `handle` when it checks the types; a macro's own node is the alternate of its call. */
interface Metered {
  handle?: Handle;
  readonly meta?: { readonly alternate?: Metered };
}

/** Makes each operation whose time depends on the data pay for it before it runs. The types must have been checked. */
export function meter(ast: ASTNode, budget: Budget): void {
  for (const node of nodesOf(ast)) {
    if (isLoop(node) && node.op === 'rcall') {
      const steps = node.args[2].slice(1).reduce((sum, body) => sum + ownParts(body), 1);
      wrap((node as Metered).meta?.alternate, (items) => budget.spend(lengthOf(items) * steps));
    } else if (node.op === 'call' || node.op === 'rcall') {
      wrap(node as Metered, (args) => payCall(node.args[0], args as readonly unknown[], budget));
    } else if (['==', '!=', 'in', '+'].includes(node.op)) {
      wrap(node as Metered, (left, right) => payOperands(left, right, budget));
    }
  }
}

function wrap(node: Metered | undefined, pay: (first: unknown, second: unknown) => void): void {
  const handle = node?.handle;
  if (node === undefined || handle === undefined) return;
  node.handle = (...args) => {
    pay(args[0], args[1]);
    const result = handle(...args);
    if (typeof result === 'string' && result.length > LONGEST_TEXT) throw new BudgetError();
    return result;
  };
}

/** Inner loops pay for themselves. */
const ownParts = (node: ASTNode): number =>
  1 + childrenOf(node).reduce((sum, child) => sum + (isLoop(node) ? 0 : ownParts(child)), 0);

const lengthOf = (list: unknown): number => {
  if (Array.isArray(list)) return list.length;
  return typeof list === 'object' && list !== null ? Object.keys(list).length : 0;
};

/** A search can compare each character of the text with each of what is searched. */
const SEARCHES: ReadonlySet<string> = new Set(['contains', 'indexOf', 'lastIndexOf', 'split']);

function payCall(name: string, args: readonly unknown[], budget: Budget): void {
  const lengths = args.map((value) => (typeof value === 'string' ? value.length : lengthOf(value)));
  const [text = 0, searched = 0] = lengths;
  if (SEARCHES.has(name)) budget.spend((text * Math.max(1, searched)) / CHARACTERS);
  // A separator can be found after each character.
  if (name === 'split') budget.spend(text / 8);
  else if (name === 'join') budget.spend(text + joined(args[0], searched) / CHARACTERS);
  else budget.spend(text / (name === 'size' ? 8 : CHARACTERS));
}

/** The length of the joined text; too long for one is refused before it is made. */
function joined(list: unknown, separator: number): number {
  let length = 0;
  for (const item of Array.isArray(list) ? list : []) {
    length += (typeof item === 'string' ? item.length : 0) + separator;
  }
  if (length > LONGEST_TEXT) throw new BudgetError();
  return length;
}

/** Equality goes through all that both sides hold, as far as they are equal. */
function payOperands(left: unknown, right: unknown, budget: Budget): void {
  if (typeof left === 'object' && left !== null) payDeep(left, budget);
  else if (typeof left === 'string') budget.spend(left.length / CHARACTERS);
  if (typeof right === 'object' && right !== null) payDeep(right, budget);
}

function payDeep(value: object, budget: Budget): void {
  for (const key in value) {
    budget.spend(1);
    const child = (value as Record<string, unknown>)[key];
    if (typeof child === 'object' && child !== null) payDeep(child, budget);
    else if (typeof child === 'string') budget.spend(child.length / CHARACTERS);
  }
}
