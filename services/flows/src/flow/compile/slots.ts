import type { AnyEvent } from '@switchboard/events';
import type { SlotDefinition } from '../definition.ts';
import { LIMITS } from '../limits.ts';
import { type Compiled, type Compiling, compile, pathText } from './expressions.ts';
import { compileId, idOf } from './places.ts';
import { slotScope } from './scopes.ts';

export interface CompiledSlot {
  /** The correlation value of an event that the slot takes; undefined for one that it does not. @throws FlowError */
  keyOf(event: AnyEvent): string | undefined;
}

export function compileSlot(slot: SlotDefinition, index: number, compiling: Compiling): CompiledSlot {
  const scope = slotScope(slot);
  const at = ['slots', index];
  const when = slot.when === undefined ? undefined : compileCondition(slot.when, [...at, 'when'], slot, compiling);
  const keys = slot.correlate.flatMap(
    (text, place) => compileId(text, [...at, 'correlate', place], scope, compiling) ?? [],
  );
  const path = `${compiling.flow}.${pathText([...at, 'correlate'])}`;
  return {
    keyOf(event) {
      const values = { event, [slot.as]: event };
      if (when !== undefined && when.evaluate(values) !== true) return undefined;
      for (const key of keys) {
        const id = idOf(key.evaluate(values), path, LIMITS.keyLength);
        if (id !== undefined) return id;
      }
      return undefined;
    },
  };
}

/** A condition that reads what is not there is not met. */
function compileCondition(
  text: string,
  at: readonly (string | number)[],
  slot: SlotDefinition,
  compiling: Compiling,
): Compiled | undefined {
  const condition = compile(text, at, slotScope(slot), compiling);
  if (condition === undefined || condition.type === 'bool' || condition.type === 'dyn') return condition;
  compiling.problems.push({ at, message: `is ${condition.type}, but a condition must be true or false` });
  return undefined;
}
