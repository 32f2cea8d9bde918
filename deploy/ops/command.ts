import type { Arguments, OptionName } from './arguments.ts';
import type { Context } from './context.ts';

export interface Command {
  /** Its line in the help. */
  readonly usage: string;
  readonly options: readonly OptionName[];
  /** How many words may follow it: ids. */
  readonly words: number;
  /** @returns the exit code */
  run(given: Arguments, context: Context): Promise<number>;
}
