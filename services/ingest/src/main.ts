import { runService } from '@switchboard/service';
import { ingestConfig } from './config.ts';
import { serverOptions } from './ingest.ts';
import { start } from './start.ts';

await runService({ name: 'ingest', config: ingestConfig, http: serverOptions, start });
