import { runConsumer } from '@switchboard/consumer';
import { ticketingConfig } from './config.ts';
import { handlers } from './handlers.ts';

await runConsumer({ name: 'ticketing', config: ticketingConfig, handlers });
