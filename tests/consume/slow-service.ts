import { setTimeout as sleep } from 'node:timers/promises';
import { runConsumer } from '@switchboard/consumer';
import Type from 'typebox';

/** Longer than any other step of a shutdown may take. */
const TAKES_MS = 7_000;
const [name = '', conversation] = process.argv.slice(2);

await runConsumer({
  name,
  config: Type.Object({}),
  handlers: () => ({
    async 'message.received'({ conversationId }, { signal }) {
      if (conversationId !== conversation) return;
      process.send?.('began');
      await sleep(TAKES_MS, undefined, { signal });
      process.send?.('ended');
    },
  }),
});
