import { isObject, listOf, without } from './json.ts';
import { defineProvider } from './provider.ts';
import { secretHeader } from './secret-header.ts';

/** https://docs.smooch.io/rest/#section/Webhooks */
export const sunshine = defineProvider({
  ...secretHeader('x-api-key'),
  split: ({ body }) => {
    const events = listOf(body, 'events');
    if (events === undefined || !isObject(body)) return [body];
    return events.map((event) => ({ ...without(body, 'events'), event }));
  },
  mapping: { events: [] },
  examples: [],
});
