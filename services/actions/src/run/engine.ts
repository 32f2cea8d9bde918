import { randomUUID } from 'node:crypto';
import { createRateLimiter, type Rate } from '@switchboard/async';
import type { Database } from '@switchboard/database';
import type { Logger } from '@switchboard/service';
import type { Tracer } from '@switchboard/tracing';
import type { Registry } from 'prom-client';
import { createActionMetrics, UNKNOWN_ACTION } from '../metrics.ts';
import type { Action } from '../registry/action.ts';
import { type Backends, createBackends } from './backends.ts';
import { carryOut } from './carry-out.ts';
import { canonicalJson } from './input-hash.ts';
import type { Ended, Job } from './job.ts';
import { createJobs } from './jobs.ts';
import { nameOf, type Outcome } from './outcome.ts';
import { createPerform } from './perform.ts';
import { createReadRun } from './read-run.ts';
import { createRunStore, personKey } from './run-store.ts';
import { createRunner, type Runner } from './runner.ts';
import { createSharedReads } from './shared-reads.ts';
import { createWriteRun } from './write-run.ts';

export interface EngineOptions {
  actions(): ReadonlyMap<string, Action>;
  database: Database;
  /** Publishes the message, if one follows, and the audit of a run. Repeats have the same ids. */
  tell(ended: Ended, followUp: boolean): Promise<void>;
  /** Of one person, and of a caller with all of its persons. */
  rates: { readonly person: Rate; readonly caller: Rate };
  logger: Logger;
  metrics: Registry;
  tracer?: Tracer;
  /** How long results are kept; default a day. */
  keptMs?: number;
  /** After a crash, the time until another instance takes over; default 15 s. */
  leaseMs?: number;
  pollMs?: number;
  expireMs?: number;
}

export interface Engine {
  readonly runner: Runner;
  readonly backends: Backends;
  /** Waits for the runs, at most so long, and leaves the others to other instances. */
  stop(limitMs: number): Promise<void>;
}

const DAY_MS = 86_400_000;
const LEASE_MS = 15_000;

/** Everything that runs actions, without a way in. The schema of its tables has been migrated. */
export function createEngine(options: EngineOptions): Engine {
  const { database, tell, rates, logger, metrics: registry, tracer } = options;
  const { keptMs = DAY_MS, leaseMs = LEASE_MS, pollMs, expireMs } = options;
  const backends = createBackends({ logger, metrics: registry, ...(tracer === undefined ? {} : { tracer }) });
  let inForce: ReadonlyMap<string, Action> | undefined;
  const actions = (): ReadonlyMap<string, Action> => {
    const current = options.actions();
    if (current !== inForce) backends.keepOnly(current);
    inForce = current;
    return current;
  };
  const perform = createPerform(backends.of, ({ name }, reason) => {
    logger.warn({ action: name, reason }, 'the backend answers in a form that the action does not describe');
  });
  const store = createRunStore({ database, instance: randomUUID(), leaseMs, keptMs });
  const shared = createSharedReads<Outcome>({
    keep: ({ kind }) => kind === 'found',
    sizeOf: (outcome) => 2 * JSON.stringify(outcome).length,
  });

  function attempt(job: Job, signal: AbortSignal): Promise<Outcome> {
    const { id, action, caller, input } = job;
    if (action.effect === 'write') return perform.run({ action, caller, input, idempotencyKey: id, signal });
    const question = [action.name, action.version, caller.tenant, personKey(caller), input];
    return shared.get(
      canonicalJson(question),
      action.cacheMs,
      signal,
      (all) => perform.run({ action, caller, input, idempotencyKey: id, signal: all }),
      () => metrics.cacheHit(action.name),
    );
  }

  const jobs = createJobs({
    ...{ store, actions, tell, logger, leaseMs },
    ...(pollMs === undefined ? {} : { pollMs }),
    ...(expireMs === undefined ? {} : { expireMs }),
    carryOut: (job) => carryOut(job, (signal) => attempt(job, signal)),
    onEnded({ action, outcome, ms }) {
      metrics.ended(action, nameOf(outcome), ms);
      if (outcome.kind === 'failed') logger.warn({ action, reason: outcome.reason }, 'a run has failed');
    },
    onTakenOver({ id, action }) {
      metrics.takenOver();
      logger.info({ run: id, action }, 'a run of an instance that is gone goes on here');
    },
    onUntold: () => metrics.untold(),
  });
  const metrics = createActionMetrics(registry, jobs.count, () => options.actions().keys());
  const limiter = createRateLimiter();
  const parts = {
    ...{ store, jobs },
    onPromised: ({ action }: Job) => metrics.promised(action.name),
    onBroken: ({ id, action }: Job, error: unknown) =>
      logger.error({ err: error, run: id, action: action.name }, 'a run that takes long cannot be kept'),
  };

  const runner = createRunner({
    actions,
    store,
    takeRate(caller) {
      const all = `${caller.tenant}:${caller.name}`;
      const wait = limiter.take(all, rates.caller);
      return wait > 0 || caller.person === undefined ? wait : limiter.take(`${all}:${personKey(caller)}`, rates.person);
    },
    read: createReadRun(parts),
    write: createWriteRun({ ...parts, perform }),
    tracer,
    onRefused: (action, { code }) => metrics.refused(action?.name ?? UNKNOWN_ACTION, code),
  });
  return { runner, backends, stop: jobs.stop };
}
