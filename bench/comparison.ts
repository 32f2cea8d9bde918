/** One row of a bench's table: the measurement of each round, and its reference or limit. */
export interface Comparison {
  readonly what: string;
  /** One value per round. */
  readonly ours: readonly number[];
  /** The reference in the same rounds; absent if ours is compared with a fixed limit. */
  readonly reference?: readonly number[];
  readonly unit: string;
  /** The limits of ours ÷ reference, or of ours itself. Without either, the value is informative. */
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly note?: string;
}

/** The arguments of every bench. */
export interface BenchContext {
  /** The number of rounds. Measurements alternate with their reference. */
  readonly rounds: number;
  /** The duration of one measurement. */
  readonly seconds: number;
  /** The duration of long measurements: memory. */
  readonly minutes: number;
  /** Node.js flags of the measured processes that make them write CPU profiles; default none. */
  readonly profiling: readonly string[];
  /** Another checkout of the repository to compare with. */
  readonly tree: string | undefined;
  /** Whether the results are to be kept in the repository. */
  readonly write: boolean;
  /** The bench's data directory; removed afterwards. */
  readonly directory: string;
  /** Resources to release at the end of the bench or on interrupt. */
  readonly resources: AsyncDisposableStack;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

export type Bench = (context: BenchContext) => Promise<readonly Comparison[]>;
