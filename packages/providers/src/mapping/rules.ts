import type { EventType, Problem } from '@switchboard/events';
import { isPublicEventType } from '@switchboard/events';
import type { Expression } from '@switchboard/expressions';
import type { Json, JsonObject } from '../provider.ts';
import { type Compiling, compile, compilePlace, type Keys, type Source, type Values } from './compiling.ts';
import { Editable } from './editable.ts';
import { type EventInMaking, moveFields } from './event-in-making.ts';
import { type FieldPlan, type FieldTable, planFields } from './field-plan.ts';
import { isGiven, isObject } from './json.ts';
import { anything, lookUp } from './look-up.ts';
import type { MappedEvent } from './mapped-item.ts';
import type { EventRule } from './mapping.ts';
import { SentPaths } from './sent-paths.ts';

export interface Rule {
  readonly type: EventType;
  readonly when: Expression | undefined;
  readonly id: readonly Source[];
  readonly at: readonly Source[];
  readonly plan: FieldPlan;
  readonly path: string;
}

export function compileRule(
  rule: EventRule,
  at: Keys,
  tablesOf: (type: EventType) => readonly FieldTable[],
  compiling: Compiling,
): Rule | undefined {
  const { type } = rule;
  if (!isPublicEventType(type)) {
    compiling.problems.push({ at: [...at, 'type'], message: 'is not an event type of the catalogue' });
    return undefined;
  }
  const when = compileCondition(rule.when, [...at, 'when'], compiling);
  const id = compilePlace(rule.id, [...at, 'id'], compiling);
  const time = compilePlace(rule.at, [...at, 'at'], compiling);
  const plan = planFields(type, [...tablesOf(type), { fields: rule.fields, at: [...at, 'fields'] }], compiling);
  return { type, when, id, at: time, plan, path: at.join('.') };
}

export function compileCondition(text: string | undefined, at: Keys, compiling: Compiling): Expression | undefined {
  const condition = text === undefined ? undefined : compile(text, at, compiling);
  if (condition !== undefined && condition.type !== 'bool' && condition.type !== 'dyn') {
    compiling.problems.push({ at, message: `is ${condition.type}, but a condition must be true or false` });
  }
  return condition;
}

/** A condition that reads an absent field is not met. */
export function isMet(when: Expression | undefined, values: Values, path: string, problems: Problem[]): boolean {
  if (when === undefined) return true;
  const result = when.evaluate(values);
  if (result.kind === 'failed') problems.push({ path, message: result.message });
  if (result.kind !== 'value') return false;
  if (typeof result.value !== 'boolean') problems.push({ path, message: 'must be true or false' });
  return result.value === true;
}

export function applyRule(rule: Rule, values: Values, problems: Problem[]): MappedEvent {
  const { type, plan } = rule;
  const sent = new SentPaths([], (name) => placeOf(plan, name));
  const event: EventInMaking = {
    values,
    payload: new Editable({}),
    rest: new Editable(values.body),
    sent,
    problems,
    data: undefined,
  };
  moveFields(event, plan);
  const id = readPlace(event, rule.id);
  const timestamp = readPlace(event, rule.at);
  return finished(type, id, timestamp, event);
}

/** Moves a value that is no field. */
function readPlace(event: EventInMaking, sources: readonly Source[]): unknown {
  const found = lookUp(sources, event.values, anything, event.problems);
  if (found?.variable === 'body') event.rest.take(found.path);
  return found?.value;
}

export const finished = (type: EventType, id: unknown, timestamp: unknown, event: EventInMaking): MappedEvent => ({
  type,
  id,
  timestamp,
  payload: (event.payload.value ?? {}) as JsonObject,
  rest: restOf(event.rest.value),
  sentAs: (path) => event.sent.of(path),
});

/** An item that is no object has no names to be kept under. */
function restOf(rest: unknown): JsonObject | undefined {
  if (!isGiven(rest)) return undefined;
  return isObject(rest) ? (rest as JsonObject) : { body: rest as Json };
}

/** Where a field is looked for first. */
function placeOf(plan: FieldPlan, name: string): string | undefined {
  const [list = '', field] = name.split('[].');
  const inList = plan.moves.find((move) => move.name === list);
  const move = field === undefined ? inList : inList?.items?.moves.find((item) => item.name === name);
  const plain = move?.sources.find((source) => source.kind === 'plain');
  return plain?.steps.map((step) => (typeof step === 'number' ? `[${step}]` : step[0])).join('.');
}
