import { runConsumer } from '@switchboard/consumer';
import { kbIndexerConfig } from './config.ts';
import { handlers } from './handlers.ts';

await runConsumer({ name: 'kb-indexer', config: kbIndexerConfig, handlers });
