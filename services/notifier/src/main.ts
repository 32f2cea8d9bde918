import { runConsumer } from '@switchboard/consumer';
import { notifierConfig } from './config.ts';
import { createHandlers } from './handlers.ts';

await runConsumer({
  name: 'notifier',
  config: notifierConfig,
  handlers: (context) => createHandlers(context),
});
