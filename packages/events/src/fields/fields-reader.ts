import type { AvroRecord } from '../avro-schema.ts';
import { type Problem, Reading } from './reading.ts';
import { compileReader } from './value-reader.ts';

export type FieldsResult<Fields> =
  | { readonly ok: true; readonly fields: Fields; readonly extra: string | null }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Compiles an event's schema into a function that reads a sender's fields in one pass.
 * @param keyFields fields of which at least one must be present
 */
export function fieldsReader<Fields>(
  schema: AvroRecord,
  keyFields: readonly string[],
): (json: Readonly<Record<string, unknown>>) => FieldsResult<Fields> {
  const read = compileReader({ ...schema, fields: schema.fields.filter((field) => field.name !== 'meta') });
  return (json) => {
    const reading = new Reading();
    const fields = read(json, reading) as Record<string, unknown>;
    if (reading.problems.length === 0 && keyFields.every((field) => fields[field] === null)) {
      reading.refuse(`is required, or one of ${keyFields.slice(1).join(', ')}`, keyFields[0]);
    }
    if (reading.problems.length > 0) return { ok: false, problems: reading.problems };
    const extra = reading.unknown === undefined ? null : JSON.stringify(reading.unknown);
    return { ok: true, fields: fields as Fields, extra };
  };
}
