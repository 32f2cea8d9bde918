import { type Result, sum } from './result.ts';
import { type RunOptions, runFiles } from './run-files.ts';

export type Lane = Pick<RunOptions, 'files' | 'concurrency'>;

/** Runs the lanes beside each other. The report of a lane follows those of the lanes before it. */
export async function runLanes(lanes: readonly Lane[], options: Omit<RunOptions, keyof Lane>): Promise<Result> {
  let printing = 0;
  const kept = lanes.map((): string[] => []);
  const running = lanes.map((lane, index) => {
    const print = (text: string): unknown => (index === printing ? options.print(text) : kept[index]?.push(text));
    return runFiles({ ...options, ...lane, print });
  });
  const results: Result[] = [];
  for (const [index, lane] of running.entries()) {
    printing = index;
    options.print(kept[index]?.join('') ?? '');
    results.push(await lane);
  }
  return sum(results);
}
