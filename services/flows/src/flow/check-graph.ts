import type { EventType } from '@switchboard/events';
import type { FlowDefinition } from './definition.ts';
import type { Normal } from './file/normal-form.ts';
import type { FlowProblem } from './flow-error.ts';
import { LIMITS } from './limits.ts';

/** Refuses flows that publish events for one another without end, or too many of them. */
export function checkGraph(normals: readonly Normal[], problems: FlowProblem[]): void {
  const waiting = new Map<EventType, Normal[]>();
  for (const normal of normals) {
    for (const type of new Set(normal.definition.slots.map(({ event }) => event))) {
      waiting.set(type, [...(waiting.get(type) ?? []), normal]);
    }
  }
  for (const [type, flows] of waiting) {
    if (flows.length <= LIMITS.flowsPerEvent) continue;
    const message = `${flows.length} flows wait for ${type}; at most ${LIMITS.flowsPerEvent} can`;
    problems.push((flows[LIMITS.flowsPerEvent] as Normal).origins.locate({ at: ['slots', 0], message }));
  }

  const counts = new Map<string, number>();
  /** How many events follow when the flow completes. */
  function count(normal: Normal, path: readonly string[]): number {
    const { name } = normal.definition;
    const known = counts.get(name);
    if (known !== undefined) return known;
    const begin = path.indexOf(name);
    if (begin >= 0) {
      const cycle = [...path.slice(begin), name].join(' → ');
      const message =
        path.length - begin === 1
          ? `publishes an event that it waits for itself (${cycle}); publish another type`
          : `publishes an event that leads back to it: ${cycle}; publish another type`;
      problems.push(normal.origins.locate({ at: eventAt(normal.definition), message }));
      counts.set(name, 0);
      return 0;
    }
    let sum = 0;
    for (const type of publishedBy(normal.definition)) {
      sum += 1;
      for (const next of waiting.get(type) ?? []) sum += count(next, [...path, name]);
    }
    counts.set(name, sum);
    if (sum > LIMITS.fanOut) {
      const message = `leads to ${sum} events, with the flows that wait for them; at most ${LIMITS.fanOut} can follow`;
      problems.push(normal.origins.locate({ at: eventAt(normal.definition), message }));
    }
    return sum;
  }
  for (const normal of normals) count(normal, []);
}

const publishedBy = ({ then, otherwise = [] }: FlowDefinition): EventType[] =>
  [...then, ...otherwise].flatMap((step) => ('event' in step ? [step.event.type] : []));

function eventAt({ then, otherwise = [] }: FlowDefinition): readonly (string | number)[] {
  const index = then.findIndex((step) => 'event' in step);
  return index >= 0 ? ['then', index, 'event'] : ['otherwise', otherwise.findIndex((step) => 'event' in step), 'event'];
}
