import type { Arguments, OptionName } from './arguments.ts';
import type { Context } from './context.ts';

export interface Command {
  /** Its name and how it is called: the first line of its help. */
  readonly usage: string;
  /** What it does, in a line. */
  readonly summary: string;
  readonly options: readonly OptionName[];
  /** How many ids may follow its name. */
  readonly words: number;
  /** @returns the exit code */
  run(given: Arguments, context: Context): Promise<number>;
}
