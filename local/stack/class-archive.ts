import { createHash } from 'node:crypto';
import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

export interface ArchiveUser {
  java: string;
  /** The folder with Kafka's jars. */
  software: string;
}

/**
 * Holds Kafka's classes as Java has them in memory: with it, a broker starts in half the CPU time. Java ignores an
 * archive of another version or of other paths, so each has its own. An empty file says that this Java makes none.
 */
function archiveOf({ java, software }: ArchiveUser): string {
  const program = realpathSync(java);
  const user = JSON.stringify([program, statSync(program).mtimeMs, software]);
  return join(software, `classes-${createHash('sha256').update(user).digest('hex').slice(0, 12)}.jsa`);
}

/** Java's options to use the archive, if there is one. */
export function useClassArchive(user: ArchiveUser): string[] {
  const archive = archiveOf(user);
  const size = statSync(archive, { throwIfNoEntry: false })?.size ?? 0;
  return size === 0 ? [] : [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
}

/** Makes the archive once: `run` starts a broker with these options of Java, and stops it. */
export async function makeClassArchive(user: ArchiveUser, run: (options: string[]) => Promise<void>): Promise<void> {
  const archive = archiveOf(user);
  if (existsSync(archive)) return;
  await withLock(`${archive}.lock`, async () => {
    if (existsSync(archive)) return;
    const draft = `${archive}.draft`;
    rmSync(draft, { force: true });
    await run([`-XX:ArchiveClassesAtExit=${draft}`]);
    if (existsSync(draft)) renameSync(draft, archive);
    else writeFileSync(archive, '');
  });
}
