export { connectSeenIds, type SeenIds } from './event/seen-ids.ts';
export { signResubmission } from './http/resubmission.ts';
export { buildIngest, type IngestDeps, type Limits, registerIngest } from './ingest.ts';
export type { Publishing } from './intake.ts';
export { openSources } from './sources/live-sources.ts';
export {
  parseSources,
  resolveSources,
  type Source,
  type Sources,
  type SourcesFile,
} from './sources/sources.ts';
