import { defineProvider } from './provider.ts';
import { secretHeader } from './secret-header.ts';

/** https://core.telegram.org/bots/api#setwebhook */
export const telegram = defineProvider({
  ...secretHeader('x-telegram-bot-api-secret-token'),
  mapping: { events: [] },
  examples: [],
});
