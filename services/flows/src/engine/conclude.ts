import { type HandlerContext, PermanentError } from '@switchboard/consumer';
import type { CarryOut } from '../effects/effects.ts';
import type { Flow, Outcome } from '../flow/flow.ts';
import { FlowError } from '../flow/flow-error.ts';
import type { FlowMetrics } from '../metrics.ts';
import type { FlowVersions } from '../state/flow-versions.ts';
import type { EndedInstance, Instances } from '../state/instances.ts';

export interface EngineDeps {
  readonly flows: Pick<FlowVersions, 'taking' | 'find' | 'keep'>;
  readonly instances: Instances;
  /** Sets the variables of an outcome and runs its effects. Again, with the same key: the same effect. */
  readonly carryOut: CarryOut;
  readonly metrics: FlowMetrics;
}

export type StepContext = Pick<HandlerContext, 'signal' | 'skip' | 'logger'>;

/** A set that came to its outcome. */
export interface Conclusion {
  readonly flow: Flow;
  readonly tenant: string;
  /** When it came about, the same for every run. */
  readonly at: number;
  /** The version, the key and the round of the instance; or the event, for flows that keep no instance. */
  readonly instance: readonly string[];
  outcome(): Outcome | undefined;
}

/** Carries out the outcome of a set. @throws what the next attempt depends on */
export async function conclude(
  { flow, tenant, at, instance, outcome }: Conclusion,
  { carryOut, metrics }: Pick<EngineDeps, 'carryOut' | 'metrics'>,
  { signal, logger }: StepContext,
): Promise<void> {
  const found = inFlow(flow, outcome);
  if (found === undefined) return;
  if (found.skipped.length > 0) {
    metrics.leftOut(flow.name, found.skipped.length);
    logger.info({ flow: flow.name, leftOut: found.skipped }, 'a flow left out what its events name no one for');
  }
  await carryOut(found, { tenant, flow: flow.name, at, instance, signal });
}

/** Applies a flow to an event. What fails would fail again with the same event. */
export function inFlow<T>(flow: Flow, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    const message = `The flow ${flow.name}, version ${flow.version}, failed: ${error.message}`;
    throw new PermanentError('FLOW_FAILED', message, { cause: error });
  }
}

export const instanceId = ({ version, key, round }: EndedInstance): readonly string[] => [
  String(version),
  key,
  String(round),
];

export const filledSlots = (flow: Flow, { slots }: EndedInstance) => flow.slots.map((_, slot) => slots[slot]);
