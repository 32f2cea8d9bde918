import { type AvroField, type AvroSchema, isUnion, nullableOf } from '../../src/avro-schema.ts';
import { namesOf } from '../../src/fields/field-names.ts';

const common = ['name', 'type', 'doc', 'default', 'aliases'];
const numberLimits = ['minimum', 'maximum'];
const textLimits = ['minLength', 'maxLength', 'pattern'];
const sizes = ['minLength', 'maxLength', 'maxItems', 'maxEntries'] as const;

/** The mistakes in the fields of one record, as sentences. */
export function fieldProblems(fields: readonly AvroField[]): string[] {
  const owners = new Map<string, string>();
  return fields.flatMap((field) => {
    const problems = mistakesOf(field);
    for (const name of namesOf(field)) {
      const owner = owners.get(name);
      if (owner !== undefined) problems.push(`"${name}" is already a name of ${owner}`);
      owners.set(name, field.name);
    }
    return problems.map((problem) => `field ${field.name}: ${problem}`);
  });
}

function mistakesOf(field: AvroField): string[] {
  const mistakes: string[] = [];
  for (const name of [field.name, ...(field.aliases ?? [])]) {
    if (typeof name !== 'string' || !/^[a-z][A-Za-z0-9]*$/.test(name)) mistakes.push(`"${name}" must be in camelCase`);
    else if (name in Object.prototype)
      mistakes.push(`every JavaScript object already has "${name}"; choose another name`);
  }
  if (typeof field.doc !== 'string' || field.doc === '') mistakes.push('needs a "doc"');
  const allowed = [...common, ...limitsOf(field.type)];
  const others = Object.keys(field).filter((attribute) => !allowed.includes(attribute));
  if (others.length > 0) mistakes.push(`cannot have ${others.join(', ')}; its type allows ${allowed.join(', ')}`);
  mistakes.push(...boundMistakes(field), ...limitMistakes(field));
  const mistake = defaultMistake(field);
  if (mistake !== undefined) mistakes.push(mistake);
  return mistakes;
}

function limitsOf(type: AvroSchema): string[] {
  const given = nullableOf(type) ?? type;
  if (given === 'string') return textLimits;
  return given === 'int' || given === 'long' || given === 'double' ? numberLimits : boundsOf(given);
}

/** The bounds that a type needs so that its values are not as long as the whole body. */
function boundsOf(type: AvroSchema): string[] {
  const given = nullableOf(type) ?? type;
  if (given === 'string') return ['maxLength'];
  if (typeof given === 'string' || isUnion(given)) return [];
  if (given.type === 'array') return ['maxItems', ...boundsOf(given.items)];
  if (given.type === 'map') return [...new Set(['maxEntries', 'maxLength', ...boundsOf(given.values)])];
  return [];
}

function boundMistakes(field: AvroField): string[] {
  const missing = boundsOf(field.type).filter((bound) => field[bound as keyof AvroField] === undefined);
  return missing.map((bound) => `needs a "${bound}" that fits its meaning; see schemas/README.md`);
}

function limitMistakes(field: AvroField): string[] {
  const mistakes: string[] = [];
  for (const limit of ['minimum', 'maximum'] as const) {
    if (field[limit] !== undefined && !Number.isFinite(field[limit])) mistakes.push(`${limit} must be a number`);
  }
  for (const size of sizes) {
    const given = field[size];
    if (given !== undefined && !(Number.isInteger(given) && given > 0)) {
      mistakes.push(`${size} must be a whole number above 0`);
    }
  }
  if (field.pattern !== undefined) {
    try {
      new RegExp(field.pattern, 'u');
    } catch {
      mistakes.push('pattern must be a regular expression');
    }
  }
  return mistakes;
}

function defaultMistake(field: AvroField): string | undefined {
  const value = field.default;
  if (nullableOf(field.type) !== undefined) {
    return value === null ? undefined : 'a nullable field needs "default": null, so that it may be absent';
  }
  if (value === undefined) return undefined;
  if (value === null) return 'cannot be null by default; make its type ["null", <type>]';
  if (typeof value === 'object' && Object.keys(value).length > 0)
    return 'the default of a list, map or record must be empty';
  return undefined;
}
