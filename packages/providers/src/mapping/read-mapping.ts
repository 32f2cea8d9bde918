import {
  type DefinitionProblem,
  either,
  exactly,
  listOf,
  object,
  tableOf,
  text,
} from '@switchboard/expressions/definition';
import { isObject } from './json.ts';
import type { Mapping } from './mapping.ts';
import { MappingError } from './mapping-error.ts';

const expression = text('must be an expression, written as text');
const type = text('must be an event type');
const places = listOf(expression, 50);

const place = either((value) =>
  Array.isArray(value) ? places : text('must be an expression or a list of expressions'),
);
const each = object({ each: place, fields: tableOf(place) }, ['each', 'fields']);
const field = either((value) => {
  if (Array.isArray(value)) return places;
  if (isObject(value)) return each;
  return text('must be an expression or a list of expressions, or `each` and `fields` for a list');
});
const fields = tableOf(field);

const rule = object({ type, when: expression, id: place, at: place, fields }, ['type', 'fields']);

const shape = object(
  {
    when: expression,
    name: expression,
    prefix: text('must be text'),
    data: expression,
    id: place,
    at: place,
    entity: expression,
    person: expression,
  },
  ['name', 'data'],
);

const byTable = object({ by: place, is: tableOf(type) }, ['by', 'is']);
const byCondition = object({ when: expression, type }, ['type']);
const meaning = either((value) => (isObject(value) && ('by' in value || 'is' in value) ? byTable : byCondition));
const meanings = listOf(meaning, 50);
const name = either((value) => (Array.isArray(value) ? meanings : text('must be an event type or a list of meanings')));

const mapping = object({
  extends: exactly('none'),
  events: listOf(rule, 100),
  shapes: listOf(shape, 20),
  names: tableOf(name),
  fields: tableOf(fields),
  ignore: listOf(expression, 1_000),
  called: place,
  spellings: exactly('any'),
});

/**
 * A source's own mapping before the built-in one, which applies where the own says nothing; with `extends: none`, the
 * own alone. `compileMapping` checks what it says.
 * @throws MappingError naming every part that has the wrong form
 */
export function readMapping(value: unknown, base: Mapping): Mapping {
  const problems: DefinitionProblem[] = [];
  mapping(value, [], problems);
  if (problems.length > 0) throw new MappingError(problems);
  const { extends: extended, ...own } = value as { extends?: 'none' };
  return extended === 'none' ? own : { ...own, base };
}
