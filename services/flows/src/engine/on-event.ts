import { type AnyEvent, identityOf } from '@switchboard/events';
import type { Flow, Match } from '../flow/flow.ts';
import type { Taking } from '../state/flow-versions.ts';
import type { Candidate, EndedInstance } from '../state/instances.ts';
import {
  type Conclusion,
  conclude,
  type EngineDeps,
  filledSlots,
  inFlow,
  instanceId,
  type StepContext,
} from './conclude.ts';
import { mostTelling } from './most-telling.ts';

type Step = (event: AnyEvent, context: StepContext) => Promise<void>;

/** Fills the event into the instances of the flows that want it, and carries out the outcome of those it completes. */
export function onEvent(deps: EngineDeps): Step {
  const { flows, instances, metrics } = deps;

  /** @returns the set that the event completes; `waits` without one, `unwanted` if no version takes it */
  async function step(event: AnyEvent, { current, older }: Taking): Promise<Conclusion | 'waits' | 'unwanted'> {
    const candidates: Candidate[] = [];
    for (const flow of older) {
      const match = keepsNothing(flow) ? undefined : inFlow(flow, () => flow.match(event));
      if (match !== undefined) candidates.push({ flow, match, opens: false });
    }
    const match = current && inFlow(current, () => current.match(event));
    if (current !== undefined && match !== undefined) {
      await flows.keep(current);
      if (keepsNothing(current)) return atOnce(event, current, match);
      candidates.push({ flow: current, match, opens: true });
    }
    return candidates.length === 0 ? 'unwanted' : fill(event, candidates);
  }

  async function fill(event: AnyEvent, candidates: readonly Candidate[]): Promise<Conclusion | 'waits'> {
    const { tenant } = event.meta;
    const name = candidates[0]?.flow.name ?? '';
    const filled = await instances.fill({ tenant, event: identityOf(event.meta), candidates });
    if (filled.kind === 'nothing') return 'waits';
    // Another process of the service may have a newer definition, or an older one is not loaded yet.
    const flow = await flows.find({ flow: name, version: filled.version });
    if (filled.kind === 'completed') return completed(tenant, flow, filled);
    if (candidates.some((candidate) => candidate.flow.version === flow.version)) return 'waits';
    const match = inFlow(flow, () => flow.match(event));
    return match === undefined ? 'waits' : fill(event, [{ flow, match, opens: false }, ...candidates]);
  }

  return async (event, context) => {
    const taking = flows.taking(event.meta.type);
    if (taking.length === 0) return context.skip('no_flow');
    const steps = await Promise.allSettled(taking.map((one) => step(event, one)));
    const failures: unknown[] = steps.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    const ended = steps.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    for (const conclusion of ended) {
      if (typeof conclusion === 'string') continue;
      try {
        await conclude(conclusion, deps, context);
        metrics.completed(conclusion.flow.name);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw mostTelling(failures);
    if (ended.every((one) => one === 'unwanted')) context.skip('no_match');
  };
}

/** Each event of such a flow is a set of its own. */
export const keepsNothing = ({ kind, once }: Flow): boolean => kind !== 'all' && once === 'always';

/** The instance has no version: a repetition after a reload is still the same effect. */
function atOnce(event: AnyEvent, flow: Flow, match: Match): Conclusion {
  const slots = flow.slots.map((_, slot) => (slot === match.slot ? match.kept : undefined));
  const { tenant, occurredAt } = event.meta;
  const outcome = () => flow.complete({ tenant, key: match.key, slots });
  return { flow, tenant, at: occurredAt, instance: [identityOf(event.meta)], outcome };
}

function completed(tenant: string, flow: Flow, ended: EndedInstance): Conclusion {
  const outcome = () => flow.complete({ tenant, key: ended.key, slots: filledSlots(flow, ended) });
  return { flow, tenant, at: ended.endedAt, instance: instanceId(ended), outcome };
}
