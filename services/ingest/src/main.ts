import { runService } from '@switchboard/service';
import { ingestConfig } from './config.ts';
import { readTrustedProxies, start } from './start.ts';

await runService({
  name: 'ingest',
  config: ingestConfig,
  // A balancer's connections are those of many senders.
  connections: ({ TRUSTED_PROXIES }) => ({ isShared: readTrustedProxies(TRUSTED_PROXIES).has }),
  start,
});
