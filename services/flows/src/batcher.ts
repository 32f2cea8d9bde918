/** Runs the items of concurrent calls together. */
export interface Batcher<T, R> {
  run(item: T): Promise<R>;
}

interface Waiting<T, R> extends PromiseWithResolvers<R> {
  readonly item: T;
}

export interface BatcherOptions<T, R> {
  /** Batches under way at a time; what arrives meanwhile is the next batch. */
  readonly atATime: number;
  /** Of one batch, by the items' own size. */
  readonly most: number;
  sizeOf?(item: T): number;
  /** @returns the result of each item */
  perform(items: readonly T[]): Promise<readonly R[]>;
  /** Whether to run each item alone after this error, so that one does not fail the others. */
  isolates?(error: unknown): boolean;
}

export function createBatcher<T, R>(options: BatcherOptions<T, R>): Batcher<T, R> {
  const { atATime, most, sizeOf = () => 1, perform, isolates = () => false } = options;
  let waiting: Waiting<T, R>[] = [];
  let underWay = 0;

  function next(): Waiting<T, R>[] {
    let size = 0;
    const over = waiting.findIndex(({ item }) => {
      size += sizeOf(item);
      return size > most;
    });
    // An item that is larger than a batch is one of its own.
    const count = over === -1 ? waiting.length : Math.max(over, 1);
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  async function runBatch(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await perform(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as R);
    } catch (error) {
      if (batch.length > 1 && isolates(error)) {
        for (const one of batch) await runBatch([one]);
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  }

  async function start(): Promise<void> {
    if (underWay >= atATime || waiting.length === 0) return;
    underWay += 1;
    // Calls of the same turn of the event loop go together.
    await Promise.resolve();
    await runBatch(next());
    underWay -= 1;
    void start();
  }

  return {
    run(item) {
      const one = { item, ...Promise.withResolvers<R>() };
      waiting.push(one);
      void start();
      return one.promise;
    },
  };
}
