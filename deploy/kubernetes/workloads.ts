import { services } from '../services.ts';
import type { Workload } from './workload.ts';

/** The most that the topics have partitions, and so the most instances of a consumer that have work. */
export const PARTITIONS = 12;

type Needs = Omit<Workload, 'service'> & { database?: boolean };

const nothing = { hasApi: false, redis: true, files: {}, calledBy: [], outside: [443] } as const;

const NEEDS: Readonly<Record<string, Partial<Needs>>> = {
  ingest: { hasApi: true, files: { SOURCES_FILE: 'sources.yaml' } },
  'kb-indexer': { hasApi: true, database: true, calledBy: ['actions'] },
  // Mail goes to 465 or 587.
  notifier: { hasApi: true, outside: [443, 465, 587] },
  flows: { hasApi: true, database: true, files: { CALLERS_FILE: 'callers.yaml' }, calledBy: ['actions'] },
  actions: {
    hasApi: true,
    redis: false,
    database: true,
    files: { ACTIONS: 'actions.yaml', CALLERS_FILE: 'callers.yaml' },
    calledBy: ['flows'],
  },
};

/** Every service of deploy/services.ts, so that a new one is deployed as a consumer without more. */
export const workloads: readonly (Workload & { database: boolean })[] = services.map((service) => ({
  ...nothing,
  database: false,
  ...NEEDS[service.name],
  service,
}));
