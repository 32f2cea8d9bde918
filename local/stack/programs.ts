import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export type Variables = Readonly<Record<string, string | undefined>>;

const OLDEST_JAVA = 17;

/** The full path of a program, by PATH. */
export async function findProgram(name: string, variables: Variables): Promise<string | undefined> {
  for (const folder of (variables.PATH ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

/** Java 17 or later: that of JAVA_HOME, else that of PATH. The problem is a clause for a message. */
export async function findJava(variables: Variables): Promise<{ java: string } | { problem: string }> {
  const home = variables.JAVA_HOME;
  const ofHome = home === undefined || home === '' ? undefined : join(home, 'bin', 'java');
  const java = ofHome !== undefined && (await isExecutable(ofHome)) ? ofHome : await findProgram('java', variables);
  if (java === undefined) return { problem: `no Java was found` };
  const version = await javaVersion(java);
  if (version === undefined) return { problem: `${java} printed no version` };
  if (version < OLDEST_JAVA) return { problem: `${java} is Java ${version}` };
  return { java };
}

async function javaVersion(java: string): Promise<number | undefined> {
  try {
    const { stderr } = await promisify(execFile)(java, ['-version']);
    // `17.0.15`, and `1.8.0_402` for Java 8.
    const version = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
    return version === undefined ? undefined : Number(version);
  } catch {
    return undefined;
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
