import { createHeap, type HeapEntry } from './heap.ts';
import { createPriorityQueue, type PriorityQueue } from './priority-queue.ts';

export interface FairLimits {
  /** Items of one tenant that run at a time, for a weight of 1. */
  perTenant: number;
  /** Items of all tenants that run at a time. */
  total: number;
  /** Default: 1 for each. */
  weightOf?(tenant: string): number;
  /** Urgent items leave whatever runs; default false. */
  urgentAtOnce?: boolean;
}

/**
 * A queue that serves tenants in turn: first urgent items, then the tenant that has the fewest items running for its
 * weight, and of equal ones the one that has waited longest. A tenant gets one more only while fewer of its items run,
 * for its weight, than `perTenant` and than there are places free: so several tenants whose items do not end leave
 * places to the others. The items of one tenant leave in order of arrival, urgent ones first.
 */
export interface FairQueue<T> {
  join(tenant: string, item: T, urgent: boolean): void;
  /** Whether `next` would return an item. */
  readonly isReady: boolean;
  /** Removes and returns the next item. It runs until `leave`. */
  next(): T | undefined;
  /** Whether an item of the tenant that is not in the queue may run, and none that waits comes before it. */
  admits(tenant: string): boolean;
  /** An item runs that was not in the queue. */
  enter(tenant: string): void;
  /** An item of the tenant runs no more. */
  leave(tenant: string): void;
  /** Removes and returns the items that match. */
  drop(matches: (item: T) => boolean): readonly T[];
  /** Items that wait. */
  readonly length: number;
  readonly running: number;
}

interface Place<T> extends HeapEntry {
  readonly line: Line<T>;
}

/** The items of a tenant. */
class Line<T> {
  readonly weight: number;
  readonly items: PriorityQueue<T> = createPriorityQueue();
  running = 0;
  /** When it was last served, or began to wait. */
  turn = 0;
  /** Its places among the tenants that have urgent and other items. */
  readonly urgent: Place<T> = { line: this, at: -1 };
  readonly others: Place<T> = { line: this, at: -1 };

  constructor(weight: number) {
    this.weight = weight;
  }
}

/** A tenant without items is ~500 bytes. Those beyond this number are forgotten. */
const MOST_IDLE = 1_000;

export function createFairQueue<T>(limits: FairLimits): FairQueue<T> {
  const { perTenant, total, weightOf = () => 1, urgentAtOnce = false } = limits;
  const lines = new Map<string, Line<T>>();
  const urgent = createHeap<Place<T>>(isBefore);
  const others = createHeap<Place<T>>(isBefore);
  let length = 0;
  let running = 0;
  let turns = 0;

  function lineOf(tenant: string): Line<T> {
    const known = lines.get(tenant);
    if (known !== undefined) return known;
    const line = new Line<T>(weightOf(tenant));
    lines.set(tenant, line);
    return line;
  }

  const mayRun = (runs: number, weight: number): boolean => runs < weight * Math.min(perTenant, total - running);

  /** The tenant whose turn it is. If no tenant with urgent items may run one, none of the others has urgent items. */
  function first(): Line<T> | undefined {
    const hurried = urgent.first?.line;
    if (hurried !== undefined && (urgentAtOnce || mayRun(hurried.running, hurried.weight))) return hurried;
    const line = others.first?.line;
    return line !== undefined && mayRun(line.running, line.weight) ? line : undefined;
  }

  function sort(line: Line<T>): void {
    // Most often a tenant has nothing that waits.
    if (line.items.length === 0 && line.urgent.at < 0 && line.others.at < 0) return;
    place(urgent, line.urgent, line.items.urgent > 0);
    place(others, line.others, line.items.length > line.items.urgent);
  }

  function place(heap: typeof urgent, entry: Place<T>, belongs: boolean): void {
    if (!belongs) heap.remove(entry);
    else if (entry.at < 0) heap.add(entry);
    else heap.moved(entry);
  }

  function forgetIdle(tenant: string, line: Line<T>): void {
    if (lines.size > MOST_IDLE && line.running === 0 && line.items.length === 0) lines.delete(tenant);
  }

  function run(line: Line<T>): void {
    running += 1;
    line.running += 1;
    turns += 1;
    line.turn = turns;
  }

  return {
    join(tenant, item, isUrgent) {
      const line = lineOf(tenant);
      if (line.items.length === 0) {
        turns += 1;
        line.turn = turns;
      }
      line.items.join(item, isUrgent);
      length += 1;
      sort(line);
    },
    get isReady() {
      return first() !== undefined;
    },
    next() {
      const line = first();
      if (line === undefined) return undefined;
      length -= 1;
      run(line);
      const item = line.items.next();
      sort(line);
      return item;
    },
    admits(tenant) {
      const line = lines.get(tenant);
      return mayRun(line?.running ?? 0, line?.weight ?? weightOf(tenant)) && first() === undefined;
    },
    enter(tenant) {
      const line = lineOf(tenant);
      run(line);
      sort(line);
    },
    leave(tenant) {
      const line = lineOf(tenant);
      running -= 1;
      line.running -= 1;
      sort(line);
      forgetIdle(tenant, line);
    },
    drop(matches) {
      const dropped: T[] = [];
      for (const [tenant, line] of lines) {
        dropped.push(...line.items.drop(matches));
        sort(line);
        forgetIdle(tenant, line);
      }
      length -= dropped.length;
      return dropped;
    },
    get length() {
      return length;
    },
    get running() {
      return running;
    },
  };
}

function isBefore({ line: one }: Place<unknown>, { line: other }: Place<unknown>): boolean {
  const difference = one.running / one.weight - other.running / other.weight;
  return difference === 0 ? one.turn < other.turn : difference < 0;
}
