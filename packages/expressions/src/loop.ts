import { Budget, BudgetError } from './budget.ts';
import { RefusedError } from './refused-error.ts';

/** What cel-js 8.0.0 keeps of a macro that goes through a list, and gives to the node's `handle`. */
export interface LoopArguments {
  /** `all` and `exists` set aside the errors of single items if another item decides. */
  readonly errorsAreFatal: boolean;
  readonly condition?: (sofar: unknown) => boolean;
  readonly init: unknown;
  readonly step: unknown;
  readonly iterCtx: LoopContext;
  result(sofar: unknown): unknown;
}

interface LoopContext {
  accuValue: unknown;
  reuse(outer: unknown): LoopContext;
  setIterValue(item: unknown, evaluator: Evaluator): LoopContext;
}

export interface Evaluator {
  run(node: unknown, context: unknown): unknown;
  createError: (...args: unknown[]) => unknown;
}

/** An error, such as that for an absent field, takes as long as many parts. */
export const ERROR_PARTS = 80;

/** The loop of cel-js, which pays for each step and stops when nothing is left. */
export function loop(budget: Budget, partsOfStep: number) {
  return (items: unknown, args: LoopArguments, evaluator: Evaluator, outer: unknown): unknown => {
    payForErrors(evaluator);
    // The keys of an object are not counted: with many, that alone takes too long.
    if (!Array.isArray(items)) throw new RefusedError('can only go through a list');
    const context = args.iterCtx.reuse(outer);
    let sofar = evaluator.run(args.init, context);
    context.accuValue = sofar;
    let failure: unknown;
    for (const item of items) {
      if (args.condition?.(sofar) === false) return args.result(sofar);
      budget.spend(partsOfStep);
      try {
        sofar = evaluator.run(args.step, context.setIterValue(item, evaluator));
      } catch (error) {
        if (args.errorsAreFatal || error instanceof BudgetError || error instanceof RefusedError) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined && args.condition?.(sofar) === true) throw failure;
    return args.result(sofar);
  };
}

const paying = new WeakSet<Evaluator>();

/** `||` and `&&` set errors aside too. Expressions with the same variables share an evaluator. */
function payForErrors(evaluator: Evaluator): void {
  if (paying.has(evaluator)) return;
  paying.add(evaluator);
  const { createError } = evaluator;
  evaluator.createError = (...args) => {
    Budget.current?.spend(ERROR_PARTS);
    return createError(...args);
  };
}
