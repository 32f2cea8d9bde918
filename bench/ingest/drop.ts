import { openSources, registerIngest } from '@switchboard/ingest';
import { environment, runService } from '@switchboard/service';
import Type from 'typebox';

/** The reference: ingest's own app, which verifies, validates and normalises the event, then drops it. */
await runService({
  name: 'drop',
  config: Type.Object({ SOURCES_FILE: Type.String({ minLength: 1 }) }),
  async start({ config, logger, metrics, http, onStop }) {
    const sources = await openSources({ path: config.SOURCES_FILE, environment, logger, metrics });
    onStop('sources', sources.close);
    const nothing = Buffer.alloc(0);
    registerIngest(http, {
      sources,
      seenIds: { get: async () => undefined, add: () => {}, claim: async () => undefined, shorten: () => {} },
      encode: () => nothing,
      publish: async () => {},
      metrics,
      logger,
    });
  },
});
