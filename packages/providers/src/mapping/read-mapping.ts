import Type from 'typebox';
import Value from 'typebox/value';
import type { Mapping } from './mapping.ts';
import { MappingError, type MappingProblem } from './mapping-error.ts';

const Text = Type.String({ minLength: 1, maxLength: 10_000 });
const Place = Type.Union([Text, Type.Array(Text, { maxItems: 50 })]);
const Each = Type.Object({ each: Place, fields: Type.Record(Type.String(), Place) }, { additionalProperties: false });
const Fields = Type.Record(Type.String(), Type.Union([Text, Type.Array(Text, { maxItems: 50 }), Each]));

const Rule = Type.Object(
  {
    type: Text,
    when: Type.Optional(Text),
    id: Type.Optional(Place),
    at: Type.Optional(Place),
    fields: Fields,
  },
  { additionalProperties: false },
);

const Shape = Type.Object(
  {
    when: Type.Optional(Text),
    name: Text,
    prefix: Type.Optional(Text),
    data: Text,
    id: Type.Optional(Place),
    at: Type.Optional(Place),
    entity: Type.Optional(Text),
    person: Type.Optional(Text),
  },
  { additionalProperties: false },
);

const Meaning = Type.Union([
  Type.Object({ by: Place, is: Type.Record(Type.String(), Text) }, { additionalProperties: false }),
  Type.Object({ when: Type.Optional(Text), type: Text }, { additionalProperties: false }),
]);

/** As a source's `mapping` has it. */
const MappingFile = Type.Object(
  {
    extends: Type.Optional(Type.Literal('none')),
    events: Type.Optional(Type.Array(Rule, { maxItems: 100 })),
    shapes: Type.Optional(Type.Array(Shape, { maxItems: 20 })),
    names: Type.Optional(Type.Record(Type.String(), Type.Union([Text, Type.Array(Meaning, { minItems: 1 })]))),
    fields: Type.Optional(Type.Record(Type.String(), Fields)),
    ignore: Type.Optional(Type.Array(Text, { maxItems: 1_000 })),
    spellings: Type.Optional(Type.Literal('any')),
  },
  { additionalProperties: false },
);

/**
 * A source's own mapping before the built-in one, which applies where the own says nothing; with `extends: none`, the
 * own alone. `compileMapping` checks what it says.
 * @throws MappingError naming every part that has the wrong form
 */
export function readMapping(value: unknown, base: Mapping): Mapping {
  if (!Value.Check(MappingFile, value)) throw new MappingError(problemsOf(value));
  const { extends: extended, ...own } = value;
  return { ...own, ...(extended === 'none' ? {} : { base }) } as Mapping;
}

function problemsOf(value: unknown): MappingProblem[] {
  const errors = Value.Errors(MappingFile, value);
  const alternatives = errors.flatMap(({ keyword, instancePath }) => (keyword === 'anyOf' ? [instancePath] : []));
  // Each alternative of a union complains: one message for all of them is clearer.
  const outermost = alternatives.filter((path) => !alternatives.some((other) => path.startsWith(`${other}/`)));
  const isInUnion = (path: string): boolean => outermost.some((one) => path === one || path.startsWith(`${one}/`));
  const problems = errors.flatMap(({ keyword, instancePath, message, params }): MappingProblem[] => {
    // An unknown key is reported by its object.
    if (keyword === 'boolean' || isInUnion(instancePath)) return [];
    const { additionalProperties, allowedValue } = params as Record<string, unknown>;
    if (keyword === 'const') return [{ at: keysOf(instancePath), message: `must be ${String(allowedValue)}` }];
    const names = Array.isArray(additionalProperties) ? `: ${additionalProperties.join(', ')}` : '';
    return [{ at: keysOf(instancePath), message: message + names }];
  });
  return [
    ...problems,
    ...outermost.map((path) => ({ at: keysOf(path), message: FORMS[path.split('/')[1] ?? ''] ?? PLACE })),
  ];
}

const PLACE = 'must be an expression or a list of expressions';

/** What the alternatives are, by the part of the mapping. */
const FORMS: Readonly<Record<string, string>> = {
  names: 'must be an event type, or a list whose items have `type` and `when`, or `by` and `is`',
  fields: `${PLACE}, or \`each\` and \`fields\` for a list`,
  events: `${PLACE}, or \`each\` and \`fields\` for a list`,
};

const keysOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
