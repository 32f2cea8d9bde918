/** One line of a bench's table: what was measured in each round, and what it is held against. */
export interface Comparison {
  readonly what: string;
  /** A value per round. */
  readonly ours: readonly number[];
  /** The same rounds of the reference, in the same run; absent when ours is held against a fixed limit. */
  readonly reference?: readonly number[];
  readonly unit: string;
  /** What ours ÷ reference, or ours itself, must not be above, or not below. Neither: it is shown, and not judged. */
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly note?: string;
}

/** What every bench gets. */
export interface BenchContext {
  /** How often each measurement is taken, in turns with its reference. */
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  /** Of measurements that need a long time: memory. */
  readonly minutes: number;
  /** Flags of Node for the measured processes, so that they leave their CPU profiles; none unless that is asked for. */
  readonly profiling: readonly string[];
  /** Another checkout of the repository, to compare with. */
  readonly tree: string | undefined;
  /** Where the bench keeps its data; it is removed afterwards. */
  readonly directory: string;
  /** What must be ended with the bench, or when it is interrupted. */
  readonly resources: AsyncDisposableStack;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

export type Bench = (context: BenchContext) => Promise<readonly Comparison[]>;
