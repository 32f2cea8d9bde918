import type { EventOf } from '@switchboard/events';
import { conclude, type EngineDeps, filledSlots, instanceId, type StepContext } from './conclude.ts';

/** Ends the instance whose time is over, unless its last event came first, and carries out `otherwise`. */
export const onFlowTimeout =
  (deps: EngineDeps) =>
  async (event: EventOf<'flow.timeout'>, context: StepContext): Promise<void> => {
    const { flow: name, version, key, round } = event;
    const { tenant } = event.meta;
    // Before the step: an instance whose definition cannot be read must not end without its effect.
    const flow = await deps.flows.find({ flow: name, version });
    const ended = await deps.instances.timeOut({ tenant, flow: name, key, round });
    if (ended === undefined) return context.skip('ended_before');
    const outcome = () => flow.timeOut({ tenant, key, slots: filledSlots(flow, ended) });
    await conclude({ flow, tenant, at: ended.endedAt, instance: instanceId(ended), outcome }, deps, context);
    deps.metrics.timedOut(name);
  };
