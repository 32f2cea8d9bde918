import { runConsumer } from '@switchboard/consumer';
import { flowsConfig } from './config.ts';
import { handlers } from './handlers.ts';

await runConsumer({ name: 'flows', config: flowsConfig, urgent: ['flow.timeout'], handlers });
