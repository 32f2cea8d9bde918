import type { FlowDefinition, SlotDefinition } from '../definition.ts';
import type { Scope } from './expressions.ts';
import { commonKind, kindOf, type RecordKind } from './field-kinds.ts';

const NONE: ReadonlySet<string> = new Set();

/** For `when` and `correlate`: the event that has come, as `event` and by its name. */
export const slotScope = ({ event, as }: SlotDefinition): Scope => ({
  variables: new Map([
    ['event', kindOf(event)],
    [as, kindOf(event)],
  ]),
  uncertain: NONE,
});

/** For what a flow does: its events by their names, and `event` where there is only one that matters. */
export function endScope({ kind, slots }: FlowDefinition, end: 'then' | 'otherwise'): Scope {
  const variables = new Map<string, RecordKind | 'text'>(slots.map(({ event, as }) => [as, kindOf(event)]));
  if (kind !== 'all') variables.set('event', commonKind(slots.map(({ event }) => event)));
  variables.set('key', 'text');
  const isOneOfSeveral = kind === 'any' && slots.length > 1;
  const uncertain = end === 'otherwise' || isOneOfSeveral ? new Set(slots.map(({ as }) => as)) : NONE;
  return { variables, uncertain };
}
