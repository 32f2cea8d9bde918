export { buildIngest, type IngestDeps, type Limits, registerIngest } from './ingest.ts';
export type { Publishing } from './intake.ts';
export { openSources } from './live-sources.ts';
export { connectSeenIds, type SeenIds } from './seen-ids.ts';
export { parseSources, resolveSources, type Source, type Sources } from './sources.ts';
