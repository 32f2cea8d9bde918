import type { EventType, Problem } from '@switchboard/events';
import type { Expression } from '@switchboard/expressions';
import { adopt, type Beside } from './adoption.ts';
import { type Compiling, compilePath, compilePlace, type Keys, type Source, type Values } from './compiling.ts';
import { Editable } from './editable.ts';
import { type EventInMaking, moveFields } from './event-in-making.ts';
import type { FieldPlan } from './field-plan.ts';
import { type Fields, isGiven, isObject } from './json.ts';
import { anything, type LookedUp, lookUp } from './look-up.ts';
import type { MappedItem } from './mapped-item.ts';
import type { Shape } from './mapping.ts';
import type { Names } from './meanings.ts';
import { type SentPath, type Step, textOf, at as valueAt } from './paths.ts';
import { compileCondition, finished, isMet } from './rules.ts';
import { SentPaths } from './sent-paths.ts';

export interface CompiledShape {
  readonly when: Expression | undefined;
  readonly name: SentPath;
  readonly prefix: string;
  readonly data: SentPath;
  readonly id: readonly Source[];
  readonly at: readonly Source[];
  readonly beside: Beside;
  readonly path: string;
  /** What is never part of the rest. */
  readonly consumed: readonly SentPath[];
  /** Fields of the body that hold an id or a time; not given, they say nothing. */
  readonly envelope: ReadonlySet<string>;
}

export function compileShape(shape: Shape, at: Keys, compiling: Compiling): CompiledShape {
  // `data` is what the shape finds, so its own expressions cannot read it.
  const outer: Compiling = { ...compiling, variables: ['body', 'headers'], anySpelling: false };
  const path = (text: string | undefined, key: string): SentPath | undefined =>
    text === undefined ? undefined : compilePath(text, 'body', [...at, key], outer)?.map(nameOf);
  const beside = (text: string | undefined, key: string): string | undefined => {
    const names = path(text, key);
    if (names === undefined || (names.length === 1 && typeof names[0] === 'string')) return names?.[0] as string;
    outer.problems.push({ at: [...at, key], message: 'must be a field of the body itself' });
    return undefined;
  };
  const name = path(shape.name, 'name') ?? [];
  const data = path(shape.data, 'data') ?? [];
  const id = compilePlace(shape.id, [...at, 'id'], outer);
  const time = compilePlace(shape.at, [...at, 'at'], outer);
  return {
    when: compileCondition(shape.when, [...at, 'when'], outer),
    name,
    prefix: shape.prefix ?? '',
    data,
    id,
    at: time,
    beside: { entity: beside(shape.entity, 'entity'), person: beside(shape.person, 'person') },
    path: at.join('.'),
    consumed: data.length === 0 ? [name] : [name, data],
    envelope: new Set([...time, ...id.slice(0, 1)].flatMap(topField)),
  };
}

const topField = (source: Source): string[] => {
  if (source.kind !== 'plain' || source.variable !== 'body' || source.steps.length !== 1) return [];
  return [String(nameOf(source.steps[0] as Step))];
};

const nameOf = (step: Step): string | number => (typeof step === 'number' ? step : (step[0] as string));

function read(body: unknown, path: SentPath): unknown {
  let value = body;
  for (const name of path) value = valueAt(value, name);
  return value;
}

export function shapeOf(
  shapes: readonly CompiledShape[],
  values: Values,
  problems: Problem[],
): CompiledShape | undefined {
  return shapes.find(({ when, name, path }) =>
    when === undefined ? read(values.body, name) !== undefined : isMet(when, values, path, problems),
  );
}

export interface Named {
  readonly names: Names;
  planOf(type: EventType): FieldPlan | undefined;
}

export function applyShape(shape: CompiledShape, outer: Values, named: Named, problems: Problem[]): MappedItem {
  const { body } = outer;
  const word = read(body, shape.name);
  if (typeof word !== 'string') {
    return failed({ path: textOf(shape.name), message: word === undefined ? 'is required' : 'must be a string' });
  }
  const name = shape.prefix + word;
  const sentData = read(body, shape.data);
  const values: Values = { body, headers: outer.headers, data: sentData };
  const type = named.names.get(name)?.(values, problems);
  if (problems.length > 0) return { kind: 'failed', problems };
  if (type === undefined) return { kind: 'unhandled', name };
  if (!isObject(sentData)) {
    const message = sentData === undefined ? 'is required' : 'must be an object';
    return failed({ path: textOf(shape.data), message });
  }

  const id = lookUp(shape.id, outer, anything, problems);
  const timestamp = lookUp(shape.at, outer, anything, problems);
  const isWhole = shape.data.length === 0;
  const rest = remaining(body as Fields, shape, [id, timestamp]);
  const sent = new SentPaths(shape.data);
  const adopted = isWhole || rest === undefined ? sentData : adopt(sentData, rest, type, shape.beside, sent);
  const payload = isWhole ? (rest ?? {}) : adopted;
  const event: EventInMaking = {
    values,
    payload: new Editable(payload),
    rest: new Editable(isWhole ? undefined : rest),
    sent,
    problems,
    data: shape.data,
  };
  const plan = named.planOf(type);
  if (plan !== undefined) moveFields(event, plan);
  if (problems.length > 0) return { kind: 'failed', problems };
  return { kind: 'events', events: [finished(type, id?.value, timestamp?.value, event)] };
}

const failed = (problem: Problem): MappedItem => ({ kind: 'failed', problems: [problem] });

/** What the body holds outside of the envelope; without a prototype, so that `__proto__` is a key like any other. */
function remaining(body: Fields, shape: CompiledShape, read: readonly (LookedUp | undefined)[]): Fields | undefined {
  const consumed = [...shape.consumed];
  for (const found of read) if (found?.variable === 'body') consumed.push(found.path);
  let rest: Fields | undefined;
  for (const key in body) {
    if (isConsumed(consumed, key) || (shape.envelope.has(key) && !isGiven(body[key]))) continue;
    rest ??= Object.create(null) as Fields;
    rest[key] = body[key];
  }
  if (!consumed.some((path) => path.length > 1)) return rest;
  const left = new Editable(rest);
  for (const path of consumed) if (path.length > 1) left.take(path);
  return left.value as Fields | undefined;
}

function isConsumed(paths: readonly SentPath[], key: string): boolean {
  for (const path of paths) if (path.length === 1 && path[0] === key) return true;
  return false;
}
