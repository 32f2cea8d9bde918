import { readDeployConfig } from '@switchboard/deploy/config';
import { explainAndExit } from '@switchboard/deploy/explain';
import { readCommandLine } from '@switchboard/service';
import { createSwitchboard } from './switchboard.ts';

const USAGE = `Runs Switchboard on this machine: Kafka, the schema registry, Redis, the sandbox and all services.

  npm start

Ctrl-C stops everything. Variables set ports, folders and real systems: see docs/deploying.md.`;

/** Each part has its own limit; this one covers whatever those miss. */
const STOP_LIMIT_MS = 29_000;

// The reader of our output may exit before us.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

readCommandLine(USAGE, {});
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
