/** Thrown inside of an evaluation; it never leaves this package. */
export class BudgetError extends Error {}

/** How much work evaluations may do together: about one unit for each part of an expression that runs. */
export class Budget {
  /** That of the evaluation that runs now; evaluations are synchronous. */
  static current: Budget | undefined;
  readonly limit: number;
  #left: number;

  constructor(limit: number = DEFAULT_BUDGET) {
    this.limit = limit;
    this.#left = limit;
  }

  refill(): void {
    this.#left = this.limit;
  }

  /** @throws BudgetError when nothing is left. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw new BudgetError();
  }
}

/** A part takes about 50 ns. */
export const DEFAULT_BUDGET = 60_000;
