import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installOnce } from './software.ts';

export interface ArchiveUser {
  java: string;
  /** The folder with Kafka's jars. */
  software: string;
}

const NAME = 'kafka-classes';
const MEGABYTES = 50;

/** Java ignores an archive of another version or of other paths, so each has its own. */
function fingerprintOf({ java, software }: ArchiveUser): string {
  const program = realpathSync(java);
  const user = JSON.stringify([program, statSync(program).mtimeMs, software]);
  return createHash('sha256').update(user).digest('hex').slice(0, 12);
}

const archiveIn = (folder: string): string => join(folder, 'classes.jsa');

/** Java's options to use the archive, if there is one. */
export function useClassArchive(user: ArchiveUser): string[] {
  const archive = archiveIn(join(dirname(user.software), `${NAME}-${fingerprintOf(user)}`));
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'] : [];
}

/**
 * Makes an archive of Kafka's classes as Java has them in memory, once: with it, a broker starts in half the CPU time.
 * If this Java makes none, its folder stays empty.
 * @param run starts a broker with these options of Java, and stops it
 */
export async function makeClassArchive(user: ArchiveUser, run: (options: string[]) => Promise<void>): Promise<void> {
  const installation = {
    software: dirname(user.software),
    name: NAME,
    version: fingerprintOf(user),
    megabytes: MEGABYTES,
  };
  await installOnce(installation, async (draft) => {
    await mkdir(draft);
    await run([`-XX:ArchiveClassesAtExit=${archiveIn(draft)}`]);
  });
}
