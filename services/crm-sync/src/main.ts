import { runConsumer } from '@switchboard/consumer';
import { crmSyncConfig } from './config.ts';
import { handlers } from './handlers.ts';

await runConsumer({ name: 'crm-sync', config: crmSyncConfig, handlers });
