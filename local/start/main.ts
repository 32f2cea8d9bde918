import { readDeployConfig } from '@switchboard/deploy/config';
import { explainAndExit } from '@switchboard/deploy/explain';
import { createSwitchboard } from './switchboard.ts';

/** Everything has bounds of its own; this one is for what nobody thought of. */
const STOP_LIMIT_MS = 29_000;

// Whoever read our output may be gone before us.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  const switchboard = createSwitchboard(readDeployConfig(), (line) => console.log(line));
  let stopping = false;

  async function stop(): Promise<void> {
    stopping = true;
    console.log('\nStopping …');
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await switchboard.stop();
    console.log('Stopped');
    process.exit(0);
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stopping) return void stop();
      console.log('Stopping at once');
      switchboard.kill();
      setImmediate(() => process.exit(1));
    });
  }
  process.once('disconnect', () => {
    if (!stopping) void stop();
  });
  // By now bootstrap.mjs may be gone already.
  if (process.connected === false) await stop();

  try {
    await switchboard.start();
  } catch (error) {
    // What fails during a stop fails because of it.
    if (!stopping) {
      await switchboard.stop();
      throw error;
    }
  }
} catch (error) {
  explainAndExit(error);
}
