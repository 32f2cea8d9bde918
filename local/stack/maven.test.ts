import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { findOrDownloadMaven } from './maven.ts';
import { findProgram } from './programs.ts';

/** A folder with tar alone for the PATH, and a repository that holds this archive. */
async function repository(t: TestContext, status = 200) {
  const folder = await temporaryFolder();
  const release = join(folder, 'apache-maven-3.9.11/bin');
  await mkdir(release, { recursive: true });
  await program(release, 'mvn', 'echo maven');
  const archive = join(folder, 'maven.tar.gz');
  await promisify(execFile)('tar', ['-czf', archive, '-C', folder, 'apache-maven-3.9.11']);
  const bytes = await readFile(archive);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const tools = join(folder, 'tools');
  await mkdir(tools);
  await program(tools, 'tar', `exec ${await findProgram('tar', environment)} "$@"`);
  const { port } = server.address() as AddressInfo;
  const said: string[] = [];
  const options = {
    directory: join(folder, 'software'),
    variables: { PATH: tools, MAVEN_REPOSITORY: `http://127.0.0.1:${port}/maven2/` },
    progress: (line: string) => void said.push(line),
    sha512: createHash('sha512').update(bytes).digest('hex'),
  };
  return { options, asked, said };
}

test('without Maven, its archive is downloaded once, and it is said so', async (t) => {
  const { options, asked, said } = await repository(t);
  await mkdir(options.directory);
  const maven = await findOrDownloadMaven(options);
  assert.equal((await promisify(execFile)(maven)).stdout, 'maven\n');
  assert.equal(await findOrDownloadMaven(options), maven);
  assert.deepEqual(asked, ['/maven2/org/apache/maven/apache-maven/3.9.11/apache-maven-3.9.11-bin.tar.gz']);
  assert.deepEqual(said, ['Maven is missing: downloading Maven 3.9.11 (once, ~9 MB) …']);
});

test('an archive with another checksum is not unpacked', async (t) => {
  const { options } = await repository(t);
  const { sha512: _, ...ofTheRelease } = options;
  await assert.rejects(findOrDownloadMaven(ofTheRelease), { name: 'LocalStackError', message: /another checksum/ });
  assert.equal(existsSync(join(options.directory, 'maven-3.9.11')), false);
});

test('a repository without it is one sentence that says what to do', async (t) => {
  const { options } = await repository(t, 404);
  await assert.rejects(findOrDownloadMaven(options), {
    name: 'LocalStackError',
    message:
      /^Maven could not be downloaded from http\S+: check the network, set MAVEN_REPOSITORY .*, or install Maven/,
  });
});

test('without Maven and tar, it is said what to install', async () => {
  const options = { directory: await temporaryFolder(), variables: { PATH: '/nowhere' }, progress: () => {} };
  await assert.rejects(findOrDownloadMaven(options), {
    name: 'LocalStackError',
    message: 'There is no Maven, and no tar to unpack it: install Maven 3.6.3 or later.',
  });
});
