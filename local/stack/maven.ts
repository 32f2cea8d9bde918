import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalStackError } from './error.ts';
import { findProgram, type Variables } from './programs.ts';

const VERSION = '3.9.11';
const SHA512 =
  'bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978';
const REPOSITORY = 'https://repo.maven.apache.org/maven2';
const DOWNLOAD_LIMIT_MS = 5 * 60_000;

const INSTALL = 'install Maven 3.6.3 or later';

export interface MavenOptions {
  /** The folder of downloads. */
  directory: string;
  variables: Variables;
  progress: (line: string) => void;
  /** The SHA-512 of the archive. Default that of the release. */
  sha512?: string;
}

/** Maven runs from its archive, which needs `tar`. */
export const canDownloadMaven = async (variables: Variables): Promise<boolean> =>
  (await findProgram('tar', variables)) !== undefined;

/**
 * The Maven of the machine, else one that is downloaded once from MAVEN_REPOSITORY, default Maven Central.
 * @throws LocalStackError when there is none, and none can be downloaded
 */
export async function findOrDownloadMaven(options: MavenOptions): Promise<string> {
  const { directory, variables, progress, sha512 = SHA512 } = options;
  const onPath = await findProgram('mvn', variables);
  if (onPath !== undefined) return onPath;
  const folder = join(directory, `maven-${VERSION}`);
  const maven = join(folder, 'bin/mvn');
  if (existsSync(maven)) return maven;
  const tar = await findProgram('tar', variables);
  if (tar === undefined) throw new LocalStackError(`There is no Maven, and no tar to unpack it: ${INSTALL}.`);
  progress(`Maven is missing: downloading Maven ${VERSION} (once, ~9 MB) …`);
  const archive = await download(variables.MAVEN_REPOSITORY || REPOSITORY);
  if (createHash('sha512').update(archive).digest('hex') !== sha512) {
    throw new LocalStackError(`The downloaded Maven ${VERSION} has another checksum than its release: ${INSTALL}.`);
  }
  const draft = join(directory, 'draft-maven');
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, 'maven.tar.gz'), archive);
    await promisify(execFile)(tar, ['-xzf', join(draft, 'maven.tar.gz'), '-C', draft]);
    await rename(join(draft, `apache-maven-${VERSION}`), folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return maven;
}

async function download(repository: string): Promise<Buffer> {
  const path = `org/apache/maven/apache-maven/${VERSION}/apache-maven-${VERSION}-bin.tar.gz`;
  try {
    const response = await fetch(`${repository.replace(/\/$/, '')}/${path}`, {
      signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    throw new LocalStackError(
      `Maven could not be downloaded from ${repository}: check the network, set MAVEN_REPOSITORY to a mirror, or ${INSTALL}.`,
      { cause },
    );
  }
}
