import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import type { FlowProblem } from '../flow-error.ts';
import type { FlowFile } from './flow-file.ts';

/** Where the parts of a definition in its normal form are written. */
export class Origins {
  readonly #places: { readonly at: Keys; readonly file: FlowFile; readonly written: Keys }[] = [];

  add(at: Keys, file: FlowFile, written: Keys): void {
    this.#places.push({ at, file, written });
  }

  /** The problem at its place in a file. */
  locate(problem: DefinitionProblem): FlowProblem {
    const { at } = problem;
    let [best, length] = [this.#places[0], 0];
    // The longest; of several, the last that was added.
    for (const place of this.#places) {
      if (place.at.length < length || !place.at.every((key, index) => key === at[index])) continue;
      [best, length] = [place, place.at.length];
    }
    if (best === undefined) return { path: at.join('.'), message: problem.message };
    return best.file.problemAt({ ...problem, at: [...best.written, ...at.slice(best.at.length)] });
  }
}
