import type { HandlerContext } from '@switchboard/consumer';
import { type AnyEvent, identityOf } from '@switchboard/events';
import type { EffectRun } from './effects/effects.ts';
import type { Flow, Match, Outcome } from './flow/flow.ts';
import type { FlowMetrics } from './metrics.ts';
import { mostTelling } from './most-telling.ts';
import type { FlowVersions, Taking } from './state/flow-versions.ts';
import type { Candidate, EndedInstance, Instances } from './state/instances.ts';

export interface EngineDeps {
  readonly flows: Pick<FlowVersions, 'taking' | 'find' | 'keep'>;
  readonly instances: Instances;
  /** Sets the variables of an outcome and runs its effects. Again, with the same key: the same effect. */
  carryOut(outcome: Outcome, run: EffectRun): Promise<void>;
  readonly metrics: FlowMetrics;
}

type Step = (event: AnyEvent, context: Pick<HandlerContext, 'signal' | 'skip'>) => Promise<void>;

/** The outcome of one flow, ready to be carried out. */
interface Due {
  readonly flow: Flow;
  readonly outcome: () => Outcome;
  readonly run: EffectRun;
}

/** Fills the event into the instances of the flows that want it, and carries out the outcome of those it completes. */
export function onEvent({ flows, instances, carryOut, metrics }: EngineDeps): Step {
  async function step(event: AnyEvent, { current, older }: Taking, signal: AbortSignal): Promise<Due[] | undefined> {
    const candidates: Candidate[] = [];
    for (const flow of older) {
      const match = keepsNothing(flow) ? undefined : flow.match(event);
      if (match !== undefined) candidates.push({ flow, match, opens: false });
    }
    const match = current?.match(event);
    if (current !== undefined && match !== undefined) {
      await flows.keep(current);
      if (keepsNothing(current)) return [atOnce(event, current, match, signal)];
      candidates.push({ flow: current, match, opens: true });
    }
    if (candidates.length === 0) return undefined;
    const filled = await fill(event, candidates);
    if (filled === undefined) return [];
    return [{ flow: filled.flow, ...dueOf(event.meta.tenant, filled.flow, filled.instance, signal) }];
  }

  async function fill(
    event: AnyEvent,
    candidates: readonly Candidate[],
  ): Promise<{ flow: Flow; instance: EndedInstance } | undefined> {
    const { tenant } = event.meta;
    const name = candidates[0]?.flow.name ?? '';
    const filled = await instances.fill({ tenant, event: identityOf(event.meta), candidates });
    if (filled.kind === 'nothing') return undefined;
    // Another instance of the service has a newer definition, or an older one is not loaded yet.
    const flow = await flows.find({ flow: name, version: filled.version });
    if (filled.kind === 'completed') return { flow, instance: filled };
    if (candidates.some((candidate) => candidate.flow.version === flow.version)) return undefined;
    const match = flow.match(event);
    return match && fill(event, [{ flow, match, opens: false }, ...candidates]);
  }

  return async (event, { signal, skip }) => {
    const taking = flows.taking(event.meta.type);
    if (taking.length === 0) return skip('no_flow');
    const steps = await Promise.allSettled(taking.map((one) => step(event, one, signal)));
    const failures: unknown[] = steps.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    const due = steps.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    for (const { flow, outcome, run } of due.flatMap((some) => some ?? [])) {
      try {
        await carryOut(outcome(), run);
        metrics.completed(flow.name);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw mostTelling(failures);
    if (due.every((some) => some === undefined)) skip('no_match');
  };
}

/** Each event of such a flow is a set of its own. */
export const keepsNothing = ({ kind, once }: Flow): boolean => kind !== 'all' && once === 'always';

/** The key has no version: a repetition after a reload is still the same effect. */
function atOnce(event: AnyEvent, flow: Flow, match: Match, signal: AbortSignal): Due {
  const slots = flow.slots.map((_, slot) => (slot === match.slot ? match.kept : undefined));
  const { tenant, occurredAt } = event.meta;
  return {
    flow,
    outcome: () => flow.complete({ tenant, key: match.key, slots }),
    run: { tenant, flow: flow.name, at: occurredAt, signal, instance: [identityOf(event.meta)] },
  };
}

export function dueOf(
  tenant: string,
  flow: Flow,
  { version, key, round, slots, endedAt }: EndedInstance,
  signal: AbortSignal,
): Omit<Due, 'flow'> {
  const filled = flow.slots.map((_, slot) => slots[slot]);
  return {
    outcome: () => flow.complete({ tenant, key, slots: filled }),
    run: { tenant, flow: flow.name, at: endedAt, signal, instance: [String(version), key, String(round)] },
  };
}
