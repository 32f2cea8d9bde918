import type { SystemName } from './effect.ts';
import type { Fault } from './fault.ts';

/** The combined effect of the faults on one request. */
export interface Mishap {
  readonly latencyMs: number;
  readonly status?: number;
  readonly retryAfter?: number;
  readonly error?: string;
  readonly dropResponse?: boolean;
  readonly malformed?: boolean;
}

export interface Faults {
  add(fault: Fault): void;
  /** The faults in force, with their remaining counts. */
  list(): Fault[];
  /** Applies the faults to a request. Latencies add up; for everything else, the oldest matching fault decides. */
  strike(system: SystemName, method: string, path: string): Mishap;
  indexLagMs(system: SystemName): number;
  clear(system?: SystemName): void;
}

const NOTHING: Mishap = { latencyMs: 0 };

export function createFaults(random: () => number = Math.random): Faults {
  let faults: Fault[] = [];

  const hits = (fault: Fault, system: SystemName, method: string, path: string): boolean =>
    fault.system === system &&
    (fault.method === undefined || fault.method === method) &&
    (fault.path === undefined || path.includes(fault.path)) &&
    (fault.rate === undefined || random() < fault.rate);

  return {
    add(fault) {
      const { expireTokens: _done, ...lasting } = fault;
      if (Object.keys(lasting).length > 1) faults.push(lasting);
    },
    list: () => faults.map((fault) => ({ ...fault })),
    strike(system, method, path) {
      if (faults.length === 0) return NOTHING;
      let mishap: Mishap | undefined;
      let latencyMs = 0;
      for (const fault of faults) {
        if (!hits(fault, system, method, path)) continue;
        const { status, error, dropResponse, malformed } = fault;
        const decides = status !== undefined || error !== undefined || dropResponse === true || malformed === true;
        if (decides && mishap !== undefined) continue;
        if (decides) mishap = { ...fault, latencyMs: 0 };
        latencyMs += fault.latencyMs ?? 0;
        if (fault.count !== undefined) fault.count -= 1;
      }
      faults = faults.filter(({ count }) => count !== 0);
      return { ...mishap, latencyMs };
    },
    indexLagMs: (system) =>
      faults.reduce((lag, fault) => (fault.system === system ? (fault.indexLagMs ?? lag) : lag), 0),
    clear(system) {
      faults = system === undefined ? [] : faults.filter((fault) => fault.system !== system);
    },
  };
}
