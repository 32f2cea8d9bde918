export interface BatchOptions<T, R> {
  /** Runs the items in one statement; the results are in their order. */
  run(items: readonly T[]): Promise<readonly R[]>;
  /** Items in one statement. */
  most: number;
  /** Statements at a time. */
  inFlight: number;
}

interface Pending<T, R> {
  readonly item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * Collects concurrent calls while statements are in flight, and sends what has gathered as the next one. An item that
 * the database refuses fails alone: the others of its statement are run again without it.
 */
export function createBatches<T, R>({ run, most, inFlight }: BatchOptions<T, R>): (item: T) => Promise<R> {
  let waiting: Pending<T, R>[] = [];
  let running = 0;

  async function send(batch: readonly Pending<T, R>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as R);
    } catch (error) {
      const isOutage = (error as { retry?: unknown }).retry === 'when-available';
      if (batch.length === 1 || isOutage) for (const { reject } of batch) reject(error);
      else for (const one of batch) await send([one]);
    }
  }

  function start(): void {
    while (running < inFlight && waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      running += 1;
      void send(batch).finally(() => {
        running -= 1;
        start();
      });
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      // Calls of the same tick share the first statement too.
      if (waiting.length === 1) queueMicrotask(start);
    });
}
