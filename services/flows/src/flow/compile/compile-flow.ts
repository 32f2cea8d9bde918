import { createHash } from 'node:crypto';
import type { AnyEvent } from '@switchboard/events';
import { Budget, type Path } from '@switchboard/expressions';
import type { DefinitionProblem } from '@switchboard/expressions/definition';
import type { Json } from '../../context/variables.ts';
import type { FlowDefinition, StepDefinition } from '../definition.ts';
import type { FilledInstance, Flow, Kept, Match, Outcome } from '../flow.ts';
import { FlowError } from '../flow-error.ts';
import { LIMITS } from '../limits.ts';
import { type Compiled, type Compiling, pathText } from './expressions.ts';
import { kindOf } from './field-kinds.ts';
import { type Picks, pick, picksOf, storable } from './picks.ts';
import { type CompiledPlace, compilePlace, readsBySlot, readsOfSource } from './places.ts';
import { endScope } from './scopes.ts';
import { compileSlot } from './slots.ts';
import { type CompiledStep, compileStep, type Making } from './steps.ts';

/** Compiles a definition that `Flow.definition` gave. @throws FlowError when it no longer fits the schemas */
export function compileFlow(stored: Json): Flow {
  const definition = stored as unknown as FlowDefinition;
  const problems: DefinitionProblem[] = [];
  const flow = compileDefinition(definition, problems);
  if (flow !== undefined) return flow;
  const name = `${definition.name}@${definition.version}`;
  throw new FlowError(
    'INVALID',
    problems.map(({ at, message }) => ({ path: `${name}.${pathText(at)}`, message })),
  );
}

/** Undefined, with problems at keys of the definition, for one that cannot be used. */
export function compileDefinition(definition: FlowDefinition, problems: DefinitionProblem[]): Flow | undefined {
  const { name, version, kind, slots, withinMs, once } = definition;
  const before = problems.length;
  const compiling: Compiling = { flow: `${name}@${version}`, budget: new Budget(), problems };
  const compiledSlots = slots.map((slot, index) => compileSlot(slot, index, compiling));
  const then = compileBranch(definition, 'then', definition.then, compiling);
  const otherwise = definition.otherwise && compileBranch(definition, 'otherwise', definition.otherwise, compiling);
  if (problems.length > before) return undefined;
  const picks = keptPicks(definition, [then, ...(otherwise === undefined ? [] : [otherwise])]);

  return {
    name,
    version,
    kind,
    slots: slots.map(({ event, as }) => ({ type: event, as })),
    withinMs,
    once,
    hash: hashOf(definition, picks),
    definition: definition as unknown as Json,
    match(event) {
      for (const [slot, { event: type }] of slots.entries()) {
        if (type !== event.meta.type) continue;
        compiling.budget.refill();
        const key = compiledSlots[slot]?.keyOf(event);
        if (key !== undefined) return matched(definition, slot, key, event, picks[slot] as Picks);
      }
      return undefined;
    },
    complete(instance) {
      compiling.budget.refill();
      return then.run(instance);
    },
    timeOut(instance) {
      compiling.budget.refill();
      return otherwise?.run(instance);
    },
  };
}

function matched(definition: FlowDefinition, slot: number, key: string, event: AnyEvent, picks: Picks): Match {
  const { event: type } = definition.slots[slot] as FlowDefinition['slots'][number];
  const fields = pick(event, picks, kindOf(type), false) as Kept['fields'];
  if (definition.kind === 'all' && JSON.stringify(fields).length > LIMITS.keptLength) {
    const message = `keeps more than ${LIMITS.keptLength} characters of a ${type}; read less of it`;
    throw new FlowError('FAILED', [{ path: `${definition.name}@${definition.version}.slots[${slot}]`, message }]);
  }
  const { id, occurredAt, hops = 0 } = event.meta as AnyEvent['meta'] & { hops?: number | null };
  return { slot, key, kept: { eventId: storable(id), occurredAt, hops: hops ?? 0, fields } };
}

interface Branch {
  readonly reads: readonly (readonly [slot: number, path: Path])[];
  run(instance: FilledInstance): Outcome;
}

function compileBranch(
  definition: FlowDefinition,
  end: 'then' | 'otherwise',
  steps: readonly StepDefinition[],
  compiling: Compiling,
): Branch {
  const scope = endScope(definition, end);
  const compiled = steps.map((step, index) => compileStep(step, [end, index], scope, compiling));
  // Both branches have the same user; problems are reported once.
  const silent: Compiling = end === 'then' ? compiling : { ...compiling, problems: [] };
  const user = compilePlace(definition.user, 'user', definition, scope, silent);
  const conversation = compilePlace(definition.conversation, 'conversation', definition, scope, silent);
  const expressions: Compiled[] = compiled.flatMap(({ reads }) => reads);
  const reads = [
    ...expressions.flatMap((expression) => readsBySlot(expression, definition)),
    ...[user, conversation].flatMap(({ sources }) => sources.flatMap((source) => readsOfSource(source, definition))),
  ];
  return { reads, run: (instance) => runBranch(definition, end, compiled, user, conversation, instance) };
}

function runBranch(
  definition: FlowDefinition,
  end: 'then' | 'otherwise',
  steps: readonly CompiledStep[],
  user: CompiledPlace,
  conversation: CompiledPlace,
  { tenant, key, slots }: FilledInstance,
): Outcome {
  const values: Record<string, unknown> = { key };
  for (const [slot, kept] of slots.entries()) {
    if (kept === undefined) continue;
    values[definition.slots[slot]?.as as string] = kept.fields;
    if (definition.kind !== 'all') values.event = kept.fields;
  }
  const making: Making = {
    values,
    tenant,
    userId: user.find(values),
    conversationId: conversation.find(values),
    ...timeOf(definition, end, key, slots),
    hops: Math.max(0, ...slots.map((kept) => kept?.hops ?? 0)),
    changes: [],
    effects: [],
    skipped: [],
  };
  for (const step of steps) step.run(making);
  const { changes, effects, skipped } = making;
  return { changes, effects, skipped };
}

/** When it happened, for the variables: with the newest event, or when the time was over. */
function timeOf(
  { name, version, withinMs = 0 }: FlowDefinition,
  end: 'then' | 'otherwise',
  key: string,
  slots: FilledInstance['slots'],
): { eventTime: number; eventId: string } {
  const events = slots.filter((kept) => kept !== undefined);
  const order = (a: Kept, b: Kept): number => a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : 1);
  const [first, last] = [events.toSorted(order)[0], events.toSorted(order).at(-1)];
  if (first === undefined || last === undefined) throw new TypeError(`${name}@${version}: the instance has no event`);
  if (end === 'then') return { eventTime: last.occurredAt, eventId: last.eventId };
  const overAt = Math.max(last.occurredAt, first.occurredAt + withinMs);
  return { eventTime: overAt, eventId: `timeout:${name}:${version}:${key}` };
}

/** What an instance keeps of each slot's event. */
function keptPicks({ slots }: FlowDefinition, branches: readonly Branch[]): Picks[] {
  return slots.map(({ event }, slot) => {
    const reads = branches.flatMap((branch) => branch.reads).filter(([of]) => of === slot);
    return picksOf(
      reads.map(([, [, ...names]]) => names),
      kindOf(event),
    );
  });
}

/**
 * Covers all but the wording of messages: a corrected text is the same version, unless it reads what waiting instances
 * have not kept.
 */
function hashOf(definition: FlowDefinition, picks: readonly Picks[]): string {
  const wordless = (step: StepDefinition): object =>
    'message' in step ? { message: { ...step.message, texts: null, title: null } } : step;
  const branches = [definition.then, definition.otherwise].map((steps) => steps?.map(wordless));
  const { then: _, otherwise: __, ...withoutBranches } = definition;
  const hashed = [withoutBranches, branches, picks];
  return createHash('sha256')
    .update(JSON.stringify(sorted(hashed)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, held]) => [key, sorted(held)]));
}
