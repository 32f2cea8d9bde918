import avro, { type Schema } from 'avsc';
import type { AvroRecord } from '../../src/avro-schema.ts';
import type { KeptVersion } from '../schemas/schema-folder.ts';
import { schemaBreaks } from './schema-breaks.ts';

/**
 * Why `schema` may not follow the kept versions: during a rollout, and for as long as a topic keeps its events, each
 * version is read with each other one (FULL_TRANSITIVE in the registry's words).
 */
export function evolutionProblems(path: string, schema: AvroRecord, kept: readonly KeptVersion[]): string[] {
  return kept.flatMap((version, index) => {
    if (version.number !== index + 1) {
      return [
        `schemas/${version.path} is number ${version.number}, but number ${index + 1} is not there: versions stay.`,
      ];
    }
    const problems = breaksOf(schema, version.schema as AvroRecord);
    return problems.map((problem) => `schemas/${path} cannot follow version ${version.number}: ${problem}.`);
  });
}

/** What the comparison finds comes with a way out; avsc, which services read with, has the last word. */
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
