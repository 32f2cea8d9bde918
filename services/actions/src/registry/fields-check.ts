import Schema from 'typebox/schema';
import type { InputProblem } from '../run/answer.ts';
import type { ObjectSchema } from './fields-schema.ts';

const MOST_PROBLEMS = 20;

/** Checks values against the schema; no problems means that the value fits. The problems quote no value. */
export function createCheck(schema: ObjectSchema): (value: unknown) => readonly InputProblem[] {
  const compiled = Schema.Compile(schema as object);
  return (value) => {
    if (compiled.Check(value)) return [];
    const [, errors] = compiled.Errors(value);
    const problems: InputProblem[] = [];
    for (const { keyword, instancePath, message, params } of errors) {
      // Reported again for the object as a whole, with the name.
      if (keyword === 'boolean') continue;
      const named = params as { additionalProperties?: readonly string[]; requiredProperties?: readonly string[] };
      const names = named.additionalProperties ?? named.requiredProperties;
      if (names === undefined) problems.push({ path: instancePath, message });
      else
        for (const name of names)
          problems.push({
            path: `${instancePath}/${escaped(name)}`,
            message: named.additionalProperties ? 'is not a field of this action' : 'is required',
          });
    }
    return problems.slice(0, MOST_PROBLEMS);
  };
}

const escaped = (name: string): string => name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
