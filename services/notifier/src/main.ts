import { runConsumer } from '@switchboard/consumer';
import { notifierConfig } from './config.ts';
import { createHandlers } from './handlers.ts';
import { urgentTypes } from './notifications.ts';

await runConsumer({
  name: 'notifier',
  config: notifierConfig,
  urgent: urgentTypes,
  handlers: (context) => createHandlers(context),
});
