import { setTimeout as sleep } from 'node:timers/promises';
import { environment } from '@switchboard/service';
import { composeFor, findCompose } from './docker.ts';
import { LocalStackError } from './error.ts';
import { ALL_PARTS } from './places.ts';
import { findJava, type Variables } from './programs.ts';
import { endOrphans, isOrphan, readRecords, supervisorOf } from './records.ts';

const LIMIT_MS = 35_000;

/**
 * Stops the stack that uses this folder: asks the processes that started it, then ends the processes that remain.
 * @throws LocalStackError when a process does not stop
 */
export async function down(
  directory: string,
  progress: (line: string) => void,
  variables: Variables = environment,
): Promise<void> {
  const supervisors = new Set(
    readRecords(directory)
      .filter((record) => !isOrphan(record))
      .map(supervisorOf),
  );
  for (const pid of supervisors) {
    progress(`Stopping process ${pid}, which runs the stack in ${directory} …`);
    process.kill(pid, 'SIGTERM');
  }
  for (
    const deadline = Date.now() + LIMIT_MS;
    readRecords(directory).some((record) => !isOrphan(record));
    await sleep(100)
  ) {
    if (Date.now() < deadline) continue;
    throw new LocalStackError(`Process ${[...supervisors].join(', ')} did not stop: end it with \`kill -9\`.`);
  }
  const orphans = await endOrphans(directory);
  const compose = 'problem' in (await findJava(variables)) ? await findCompose(variables) : undefined;
  if (compose !== undefined) {
    await composeFor(compose, {}, variables)('stop', ...ALL_PARTS);
    progress(`The containers ${ALL_PARTS.join(', ')} are stopped.`);
  } else progress(supervisors.size + orphans.length === 0 ? `Nothing runs on ${directory}.` : 'Stopped.');
}
