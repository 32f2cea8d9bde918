import { type AvroSchema, catalogue, type EventOf, nullableOf } from '@switchboard/events';
import { compileExpression, ExpressionError, type VariableType } from '@switchboard/expressions';
import { ConfigError } from '@switchboard/service';

type Lead = EventOf<'lead.captured'>;

/** Whether a lead meets the condition. A condition that reads an absent field is not met. */
export type LeadCondition = (lead: Lead) => boolean;

/**
 * Compiles `LEAD_CONDITION`, an expression such as `event.score >= 50.0`, against the schema of `lead.captured`.
 * @throws ConfigError when it is no condition
 */
export function readLeadCondition(text: string | undefined): LeadCondition {
  if (text === undefined) return () => true;
  const invalid = (why: string) => new ConfigError([`LEAD_CONDITION ${why}`]);
  try {
    const expression = compileExpression(text, { variables: { event: EVENT } });
    if (expression.type !== 'bool') throw invalid(`must be true or false, but is of type ${expression.type}`);
    return (lead) => {
      const result = expression.evaluate({ event: fieldsIn(lead, EVENT) });
      return result.kind === 'value' && result.value === true;
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw invalid(`cannot be used: ${error.message} (column ${error.column})`);
  }
}

const SCALARS: Readonly<Record<string, VariableType>> = {
  boolean: 'bool',
  int: 'int',
  long: 'int',
  double: 'double',
};

const EVENT = typeOf(catalogue['lead.captured'].schema) as Fields;
type Fields = Readonly<Record<string, VariableType>>;

function typeOf(schema: AvroSchema): VariableType {
  const held = nullableOf(schema) ?? schema;
  if (typeof held === 'string') return SCALARS[held] ?? 'string';
  if ('fields' in held) return Object.fromEntries(held.fields.map(({ name, type }) => [name, typeOf(type)]));
  return 'type' in held ? (SCALARS[held.type] ?? 'string') : 'string';
}

/** Null stands for an absent field. CEL has integers of their own. */
function fieldsIn(value: object, fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
      const type = fields[name];
      if (field === null || field === undefined || type === undefined) return [];
      if (typeof type === 'object') return [[name, fieldsIn(field as object, type)]];
      return [[name, type === 'int' ? BigInt(field as number) : field]];
    }),
  );
}
