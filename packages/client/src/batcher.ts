import type { Event, EventsClient } from './events-client.ts';
import { checkNumbers } from './options.ts';
import { type EventResult, SendError } from './send-error.ts';

export interface BatcherOptions {
  /** A batch is sent when it has this many events; default 500. */
  maxEvents?: number;
  /** A batch is sent this long after its first event at the latest, unless another is on its way; default 1 s. */
  maxWaitMs?: number;
  /** How many events may wait; further ones are refused with `FULL`. Default 10,000. */
  maxQueued?: number;
}

/** Collects events that come one at a time, and sends them together, one batch after the other. */
export interface Batcher {
  /** Resolves with what became of the event. @throws SendError if it was not stored */
  add(event: Event): Promise<EventResult>;
  /** Sends what waits and resolves when all of it is settled; `add` throws from now on. */
  close(): Promise<void>;
}

interface Waiting {
  event: Event;
  resolve(result: EventResult): void;
  reject(error: unknown): void;
}

export function createBatcher(client: EventsClient, options: BatcherOptions = {}): Batcher {
  const { maxEvents = 500, maxWaitMs = 1_000, maxQueued = 10_000 } = options;
  checkNumbers({ maxEvents, maxWaitMs, maxQueued });
  let queue: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isClosed = false;

  /** Sends batches while one is full or due. */
  async function run(): Promise<void> {
    do {
      clearTimeout(timer);
      timer = undefined;
      const batch = queue.slice(0, maxEvents);
      queue = queue.slice(maxEvents);
      await deliver(client, batch);
    } while (queue.length >= maxEvents || (isClosed && queue.length > 0));
    running = undefined;
    if (queue.length > 0) wait();
  }

  function wait(): void {
    timer ??= setTimeout(start, maxWaitMs);
  }

  function start(): void {
    running ??= run();
  }

  return {
    add: (event) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw new SendError('CLOSED', 'The batcher is closed.');
        if (queue.length >= maxQueued) throw new SendError('FULL', `${maxQueued} events are waiting already.`);
        queue.push({ event, resolve, reject });
        if (queue.length >= maxEvents) start();
        else if (running === undefined) wait();
      }),
    async close() {
      isClosed = true;
      if (queue.length > 0) start();
      await running;
    },
  };
}

/** Never rejects: each event learns what became of it. */
async function deliver(client: EventsClient, batch: readonly Waiting[]): Promise<void> {
  let failure: unknown;
  const results = await client.send(batch.map(({ event }) => event)).catch((error: unknown) => {
    failure = error;
    return error instanceof SendError ? error.results : undefined;
  });
  for (const [index, { resolve, reject }] of batch.entries()) {
    const result = results?.[index];
    if (result === undefined || result.status === 'unavailable')
      reject(failure ?? new SendError('UNAVAILABLE', 'The event could not be stored.'));
    else resolve(result);
  }
}
