import type { EventType } from '@switchboard/events';
import { type Compiling, compilePlace, type Keys, type Source, type Variable } from './compiling.ts';
import { type FieldKind, fits, kindOf, usableAs } from './field-kind.ts';
import { isObject, spellingsOf } from './json.ts';
import type { Each, Fields, Place } from './mapping.ts';
import { createPathIndex, type PathIndex } from './path-index.ts';

export interface FieldMove {
  /** The path of the event's field; `transcript[].text` for one of the items of a list. */
  readonly name: string;
  /** The names that each step may have. */
  readonly to: readonly (readonly string[])[];
  readonly sources: readonly Source[];
  readonly usable: (value: unknown) => unknown;
  readonly kind: FieldKind;
  /** How the fields of each item are found, if it is a list whose items are records. */
  readonly items?: FieldPlan;
}

/** How the fields of an event, or of the items of one of its lists, are found. */
export interface FieldPlan {
  /** In order; lists after the fields. */
  readonly moves: readonly FieldMove[];
  readonly index: PathIndex;
}

/** A list while the tables are read. */
interface ListMove extends FieldMove {
  readonly itemMoves: readonly FieldMove[];
}

/** One table of fields, with where it stands in the mapping. */
export interface FieldTable {
  readonly fields: Fields;
  readonly at: Keys;
}

/** Of several tables, the places of an earlier one count first. */
export function planFields(type: EventType, tables: readonly FieldTable[], compiling: Compiling): FieldPlan {
  const fields = new Map<string, FieldMove>();
  const lists = new Map<string, ListMove>();
  const inItems: Compiling = { ...compiling, variables: [...compiling.variables, 'item'] };
  for (const table of tables) {
    if (!isObject(table.fields)) {
      compiling.problems.push({ at: table.at, message: 'must be a table of fields' });
      continue;
    }
    for (const [name, place] of Object.entries(table.fields)) {
      const at = [...table.at, name];
      if (!isEach(place)) {
        const before = lists.get(name);
        const move = moveTo(type, [name], place, at, compiling);
        if (move === undefined) continue;
        if (before === undefined) fields.set(name, joined(fields.get(name), move));
        else lists.set(name, { ...joined(before, move), itemMoves: before.itemMoves });
        continue;
      }
      const list = moveTo(type, [name], place.each, [...at, 'each'], compiling);
      if (list === undefined) continue;
      if (list.kind !== 'list') compiling.problems.push({ at, message: `is not a list in ${type}; remove each` });
      const items = new Map(lists.get(name)?.itemMoves.map((item) => [item.name, item]));
      for (const [field, source] of Object.entries(place.fields)) {
        const item = moveTo(type, [name, field], source, [...at, 'fields', field], inItems);
        if (item !== undefined) items.set(field, joined(items.get(field), item));
      }
      lists.set(name, { ...joined(lists.get(name) ?? fields.get(name), list), itemMoves: [...items.values()] });
      fields.delete(name);
    }
  }
  const { anySpelling } = compiling;
  const planOf = (moves: readonly FieldMove[], variable: Variable): FieldPlan => ({
    moves,
    // A vendor's mapping has fewer places than its bodies have fields.
    index: createPathIndex(anySpelling ? moves : [], variable),
  });
  const whole = [...lists.values()].map(({ itemMoves, ...list }) => ({ ...list, items: planOf(itemMoves, 'item') }));
  return planOf([...fields.values(), ...whole], compiling.variables.includes('data') ? 'data' : 'body');
}

const isEach = (place: Place | Each): place is Each => isObject(place) && 'each' in place && isObject(place.fields);

const joined = (first: FieldMove | undefined, second: FieldMove): FieldMove =>
  first === undefined ? second : { ...first, sources: [...first.sources, ...second.sources] };

/** `names` are a field of the event, or a list and a field of its items. */
function moveTo(
  type: EventType,
  names: readonly string[],
  place: Place,
  at: Keys,
  compiling: Compiling,
): FieldMove | undefined {
  const { problems } = compiling;
  const to = (names.at(-1) as string).split('.').map(spellingsOf);
  const whole = names.flatMap((name) => name.split('.'));
  const kind = kindAt(type, whole, names.length - 1);
  if (kind === undefined || whole[0] === 'meta') {
    problems.push({ at, message: `${type} has no field ${whole.join('.')}` });
    return undefined;
  }
  if (kind === 'in a list') {
    problems.push({ at, message: `${whole.join('.')} is in a list: write each and fields for the list` });
    return undefined;
  }
  const sources = compilePlace(place, at, compiling);
  for (const source of sources) {
    if (source.kind === 'plain' || fits(kind, source.expression.type)) continue;
    problems.push({ at, message: `is ${source.expression.type}, but ${whole.join('.')} of ${type} is ${kind}` });
  }
  return { name: names.join('[].'), to, sources, usable: usableAs(kind), kind };
}

function kindAt(type: EventType, path: readonly string[], lists: number): FieldKind | 'in a list' | undefined {
  try {
    const kind = kindOf(type, path);
    const held = path.slice(0, -1).filter((_, index) => kindOf(type, path.slice(0, index + 1)) === 'list').length;
    return held > lists ? 'in a list' : kind;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
