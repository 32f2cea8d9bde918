import type { Path } from '@switchboard/expressions';
import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import type { FlowDefinition, Place } from '../definition.ts';
import { FlowError } from '../flow-error.ts';
import { type Compiled, type Compiling, compile, pathText, type Scope, type Values } from './expressions.ts';
import { storable } from './picks.ts';
import { slotScope } from './scopes.ts';

/** An id that an expression computes. */
export interface CompiledPlace {
  readonly sources: readonly Source[];
  /** The first id that is there. @throws FlowError */
  find(values: Values): string | undefined;
}

interface Source {
  readonly compiled: Compiled;
  /** The slot whose event is `event` in this expression; undefined where expressions name their events. */
  readonly slot: number | undefined;
}

/** The paths that a source reads, by slot. */
export function readsOfSource({ compiled, slot }: Source, definition: FlowDefinition): [number, Path][] {
  if (slot === undefined) return readsBySlot(compiled, definition);
  return compiled.reads.map((read) => [slot, read]);
}

export const readsBySlot = ({ reads }: Compiled, { slots }: FlowDefinition): [number, Path][] =>
  reads.flatMap((read) =>
    slots.flatMap(({ as }, slot): [number, Path][] => (read[0] === as || read[0] === 'event' ? [[slot, read]] : [])),
  );

const IDS: ReadonlySet<string> = new Set(['string', 'int', 'dyn']);

export function compileId(text: string, at: Keys, scope: Scope, compiling: Compiling): Compiled | undefined {
  const compiled = compile(text, at, scope, compiling);
  if (compiled === undefined || IDS.has(compiled.type)) return compiled;
  compiling.problems.push({ at, message: `is ${compiled.type}, but must be a string or a whole number` });
  return undefined;
}

/** The text of an id; undefined where there is none. @throws FlowError for a value that is no id */
export function idOf(value: unknown, path: string, longest: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? storable(value) : value;
  if (text === '') return undefined;
  const fail = (message: string): never => {
    throw new FlowError('FAILED', [{ path, message }]);
  };
  if (typeof text !== 'string') return fail('must be a string or a whole number');
  return text.length > longest ? fail(`must have at most ${longest} characters`) : text;
}

const LONGEST_ID = 256;

/** `user` and `conversation`. In a flow of several events, `event` means each of them in turn. */
export function compilePlace(
  place: Place,
  key: 'user' | 'conversation',
  definition: FlowDefinition,
  scope: Scope,
  compiling: Compiling,
): CompiledPlace {
  const sources = place.flatMap((text, index) => {
    const at = [key, index];
    const named: Compiling = { ...compiling, problems: [] };
    const compiled = compileId(text, at, scope, named);
    if (compiled !== undefined) return [{ compiled, slot: undefined }];
    const attempts: DefinitionProblem[][] = [];
    const each = scope.variables.has('event') ? [] : eachSlot(text, at, definition, compiling, attempts);
    if (each.length === 0) {
      const readsEvent = /\bevent\b/.test(text) ? attempts[0] : undefined;
      compiling.problems.push(...(readsEvent ?? named.problems));
    }
    return each;
  });
  const path = `${compiling.flow}.${pathText([key])}`;
  const slots = definition.slots.map(({ as }) => as);
  return {
    sources,
    find(values) {
      for (const { compiled, slot } of sources) {
        const event = slot === undefined ? undefined : values[slots[slot] as string];
        if (slot !== undefined && event === undefined) continue;
        const id = idOf(compiled.evaluate(slot === undefined ? values : { ...values, event }), path, LONGEST_ID);
        if (id !== undefined) return id;
      }
      return undefined;
    },
  };
}

function eachSlot(
  text: string,
  at: Keys,
  { slots }: FlowDefinition,
  compiling: Compiling,
  attempts: DefinitionProblem[][],
): Source[] {
  return slots.flatMap((slot, index) => {
    const tried: Compiling = { ...compiling, problems: [] };
    const compiled = compileId(text, at, slotScope(slot), tried);
    attempts.push(tried.problems);
    return compiled === undefined ? [] : [{ compiled, slot: index }];
  });
}
