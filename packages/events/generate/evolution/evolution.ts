import avro, { type Schema } from 'avsc';
import type { AvroRecord } from '../../src/avro-schema.ts';
import type { KeptVersion } from '../schemas/schema-folder.ts';
import { schemaBreaks } from './schema-breaks.ts';

/**
 * Why `schema` is incompatible with the kept versions. During a rollout, and for as long as a topic retains events,
 * every version is read with every other one (`FULL_TRANSITIVE` in the registry).
 */
export function evolutionProblems(path: string, schema: AvroRecord, kept: readonly KeptVersion[]): string[] {
  return kept.flatMap((version, index) => {
    if (version.number !== index + 1) {
      return [
        `schemas/${version.path} is number ${version.number}, but number ${index + 1} is missing: keep all versions.`,
      ];
    }
    const problems = breaksOf(schema, version.schema as AvroRecord);
    return problems.map((problem) => `schemas/${path} is incompatible with version ${version.number}: ${problem}.`);
  });
}

/** Our own comparison suggests a fix. avsc, which services read with, has the final say. */
function breaksOf(now: AvroRecord, before: AvroRecord): string[] {
  try {
    const [current, earlier] = [now, before].map((schema) => avro.Type.forSchema(schema as unknown as Schema));
    const breaks = schemaBreaks(now, before);
    if (breaks.length > 0) return breaks;
    current?.createResolver(earlier as avro.Type);
    earlier?.createResolver(current as avro.Type);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
