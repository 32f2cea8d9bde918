/** Results of reads: one call at a time for the same question, and its answer again for a while. */
export interface SharedReads<T> {
  /**
   * The kept result, that of a call under way, or that of `call`. A call under way is aborted once everyone who waits
   * for it has gone.
   * @param keptMs how long the result may be used again; `keep` may refuse
   */
  get(
    key: string,
    keptMs: number,
    signal: AbortSignal,
    call: (signal: AbortSignal) => Promise<T>,
    onHit?: () => void,
  ): Promise<T>;
}

export interface SharedReadsOptions<T> {
  keep(result: T): boolean;
  /** The size of a result, in bytes. */
  sizeOf(result: T): number;
  mostBytes?: number;
  now?(): number;
}

interface Kept<T> {
  readonly result: T;
  readonly until: number;
  readonly bytes: number;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

const MOST_BYTES = 33_554_432;
/** A key and the maps around an entry. */
const ENTRY_BYTES = 300;

export function createSharedReads<T>(options: SharedReadsOptions<T>): SharedReads<T> {
  const { keep, sizeOf, mostBytes = MOST_BYTES, now = () => performance.now() } = options;
  const kept = new Map<string, Kept<T>>();
  const flights = new Map<string, Flight<T>>();
  let bytes = 0;

  function drop(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  }

  function store(key: string, result: T, keptMs: number): void {
    drop(key);
    const entry = { result, until: now() + keptMs, bytes: sizeOf(result) + ENTRY_BYTES };
    if (entry.bytes > mostBytes / 100) return;
    kept.set(key, entry);
    bytes += entry.bytes;
    // The oldest first: none lives long.
    for (const oldest of kept.keys()) {
      if (bytes <= mostBytes) break;
      drop(oldest);
    }
  }

  function start(key: string, keptMs: number, call: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const result = call(controller.signal).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight: Flight<T> = { controller, waiting: 0, result };
    flights.set(key, flight);
    result.then(
      (value) => {
        if (keptMs > 0 && keep(value)) store(key, value, keptMs);
      },
      () => {},
    );
    return flight;
  }

  return {
    async get(key, keptMs, signal, call, onHit) {
      const found = kept.get(key);
      if (found !== undefined && found.until > now()) {
        onHit?.();
        return found.result;
      }
      if (found !== undefined) drop(key);
      signal.throwIfAborted();
      const flight = flights.get(key) ?? start(key, keptMs, call);
      flight.waiting += 1;
      const gone = Promise.withResolvers<never>();
      const leave = (): void => gone.reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      try {
        return await Promise.race([flight.result, gone.promise]);
      } finally {
        signal.removeEventListener('abort', leave);
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort(new Error('nobody waits for the answer'));
        }
      }
    },
  };
}
