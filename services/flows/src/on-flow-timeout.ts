import type { Handler } from '@switchboard/consumer';
import type { EngineDeps } from './on-event.ts';

/** Ends the instance whose time is over, unless its last event came first, and carries out `otherwise`. */
export const onFlowTimeout =
  ({ flows, instances, carryOut, metrics }: EngineDeps): Handler<'flow.timeout'> =>
  async ({ meta: { tenant }, flow: name, version, key, round }, { signal, skip }) => {
    // Before the step: an instance whose definition cannot be read must not end without its effect.
    const flow = await flows.find({ flow: name, version });
    const instance = await instances.timeOut({ tenant, flow: name, key, round });
    if (instance === undefined) return skip('ended_before');
    const slots = flow.slots.map((_, slot) => instance.slots[slot]);
    const outcome = flow.timeOut({ tenant, key, slots });
    const at = instance.endedAt;
    if (outcome !== undefined) {
      await carryOut(outcome, { tenant, flow: name, at, signal, instance: [String(version), key, String(round)] });
    }
    metrics.timedOut(name);
  };
