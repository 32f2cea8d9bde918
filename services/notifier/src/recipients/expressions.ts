import { PermanentError } from '@switchboard/consumer';
import {
  type AnyEvent,
  type AvroField,
  type AvroSchema,
  catalogue,
  type EventType,
  isUnion,
  nullableOf,
} from '@switchboard/events';
import { compileExpression, ExpressionError, type Path } from '@switchboard/expressions';
import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import type { Ids } from './rules.ts';

interface Place {
  readonly type: EventType;
  readonly at: Keys;
  readonly problems: DefinitionProblem[];
}

/** Compiles an expression that reads ids: a text, a number, or a list of these. Other values are no ids. */
export function compileIds(text: string, place: Place): Ids {
  const evaluate = compile(text, place);
  return (event) => {
    const value = evaluate(event);
    return (Array.isArray(value) ? value : [value]).flatMap((one) =>
      typeof one === 'string' || typeof one === 'number' ? [String(one)] : [],
    );
  };
}

/** Compiles a condition; one that reads a field the event does not have is not met. */
export function compileCondition(text: string, place: Place): (event: AnyEvent) => boolean {
  const evaluate = compile(text, place);
  return (event) => evaluate(event) === true;
}

function compile(text: string, { type, at, problems }: Place): (event: AnyEvent) => unknown {
  try {
    const expression = compileExpression(text, { variables: { event: 'dyn' } });
    for (const path of expression.reads) {
      const problem = problemOf(path, type);
      if (problem !== undefined) problems.push({ at, message: problem });
    }
    const names = expression.reads.map(([, field]) => String(field));
    return (event) => {
      const held: { readonly [name: string]: unknown } = { ...event };
      const present = names.filter((name) => held[name] !== null && held[name] !== undefined);
      const result = expression.evaluate({ event: Object.fromEntries(present.map((name) => [name, held[name]])) });
      if (result.kind === 'failed') throw new PermanentError('RECIPIENTS_FAILED', `${at.join('.')} ${result.message}`);
      return result.kind === 'value' ? result.value : undefined;
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problems.push({ at, message: error.message, line: error.line, column: error.column });
    return () => undefined;
  }
}

function problemOf([, ...path]: Path, type: EventType): string | undefined {
  if (path.length === 0) return 'reads all of event; name a field, such as event.userId';
  let schema: AvroSchema = catalogue[type].schema;
  for (const name of path) {
    const held: AvroSchema = nullableOf(schema) ?? schema;
    if (typeof held === 'string' || isUnion(held) || !('fields' in held)) return undefined;
    const field: AvroField | undefined = held.fields.find((one) => one.name === name);
    if (field === undefined) return `${type} has no field ${path.join('.')}`;
    schema = field.type;
  }
  return undefined;
}
