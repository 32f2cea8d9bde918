import { type ReferenceOptions, startReferenceConsumer } from './reference-consumer.ts';

/** The reference consumer in a separate process: options as JSON in the first argument, SIGTERM to stop it. */
const options = JSON.parse(process.argv[2] ?? '{}') as ReferenceOptions;
const consumer = await startReferenceConsumer(options);
process.send?.('ready');
const watch = setInterval(() => {
  if (consumer.failure !== undefined) process.exit(1);
}, 100);
process.once('SIGTERM', async () => {
  clearInterval(watch);
  await consumer.close();
  process.exit(0);
});
process.once('disconnect', () => process.exit(1));
