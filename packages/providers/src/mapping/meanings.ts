import { type EventType, isPublicEventType, type Problem, publicEventTypes } from '@switchboard/events';
import type { Expression } from '@switchboard/expressions';
import { type Compiling, compilePlace, type Keys, type Source, type Values } from './compiling.ts';
import { isGiven, isObject } from './json.ts';
import type { Mapping, Meaning } from './mapping.ts';
import { findAt } from './paths.ts';
import { compileCondition, isMet } from './rules.ts';

type Decide = (values: Values, problems: Problem[]) => EventType | undefined;

/** What each name means: what the mapping says, then the catalogue's own names in either spelling. */
export type Names = ReadonlyMap<string, Decide>;

export function compileNames(tables: readonly { names: Mapping['names']; at: Keys }[], compiling: Compiling): Names {
  const names = new Map<string, Decide>();
  for (const { names: table = {}, at } of tables) {
    for (const [name, meaning] of Object.entries(table)) {
      const decide = compileMeaning(meaning, [...at, name], compiling);
      if (!names.has(name)) names.set(name, decide);
    }
  }
  for (const type of publicEventTypes) {
    // lead_captured is lead.captured
    for (const name of [type, type.replace('.', '_')]) if (!names.has(name)) names.set(name, () => type);
  }
  return names;
}

function compileMeaning(meaning: EventType | readonly Meaning[], at: Keys, compiling: Compiling): Decide {
  if (!Array.isArray(meaning)) {
    checkType(meaning as EventType, at, compiling);
    return () => meaning as EventType;
  }
  const decisions = meaning.map((one: Meaning, index): Decide => {
    const where = [...at, index];
    if (!isObject(one) || !('is' in one || 'type' in one)) {
      compiling.problems.push({ at: where, message: 'must have `type` and `when`, or `by` and `is`' });
      return () => undefined;
    }
    if ('is' in one)
      return compileTable(one.is as Table, compilePlace(one.by, [...where, 'by'], compiling), where, compiling);
    checkType(one.type, [...where, 'type'], compiling);
    return conditional(compileCondition(one.when, [...where, 'when'], compiling), one.type, where.join('.'));
  });
  return (values, problems) => {
    for (const decide of decisions) {
      const type = decide(values, problems);
      if (type !== undefined) return type;
    }
    return undefined;
  };
}

const conditional =
  (when: Expression | undefined, type: EventType, path: string): Decide =>
  (values, problems) =>
    isMet(when, values, path, problems) ? type : undefined;

type Table = Readonly<Record<string, EventType>>;

function compileTable(is: Table, sources: readonly Source[], at: Keys, compiling: Compiling): Decide {
  for (const [value, type] of Object.entries(is)) checkType(type, [...at, 'is', value], compiling);
  const types = new Map(Object.entries(is).map(([value, type]) => [value.toLowerCase(), type]));
  const typeOf = (value: unknown): EventType | undefined =>
    (typeof value === 'object' ? undefined : types.get(String(value).toLowerCase())) ?? types.get('*');
  return (values, problems) => {
    for (const source of sources) {
      if (source.kind === 'plain') {
        const found = findAt(values[source.variable], source.steps, typeOf);
        if (found !== undefined) return found.value as EventType;
        continue;
      }
      const result = source.expression.evaluate(values);
      if (result.kind === 'failed') problems.push({ path: source.rule, message: result.message });
      const type = result.kind === 'value' && isGiven(result.value) ? typeOf(result.value) : undefined;
      if (type !== undefined) return type;
    }
    return undefined;
  };
}

function checkType(type: EventType, at: Keys, { problems }: Compiling): void {
  if (typeof type !== 'string' || !isPublicEventType(type)) {
    problems.push({ at, message: 'is not an event type of the catalogue' });
  }
}
