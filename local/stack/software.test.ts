import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { environment } from '@switchboard/service';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { checkSpace, type Installation, install, redisServer, versionOf } from './software.ts';

/** An installation with a Maven that runs these shell lines; $software is where it is to install. */
async function installation(...lines: string[]): Promise<Installation & { said: string[] }> {
  const folder = await temporaryFolder();
  const tools = join(folder, 'tools');
  await mkdir(tools);
  await program(tools, 'mvn', `echo run >> ${folder}/runs`, 'software=$(echo "$6" | cut -d= -f2)', ...lines);
  const said: string[] = [];
  return {
    directory: join(folder, 'software'),
    variables: { PATH: `${tools}:${environment.PATH}` },
    progress: (line) => said.push(line),
    watcher: { add: () => {}, remove: () => {}, close: () => {} },
    said,
  };
}

const runs = async ({ directory }: Installation) =>
  (await readFile(join(directory, '../runs'), 'utf8')).trim().split('\n').length;

test('what is missing is downloaded once, and it is said what and how much', async () => {
  const options = await installation('mkdir -p $software/kafka $software/registry');
  const folders = await install(['kafka', 'registry'], options);
  assert.deepEqual(folders, {
    kafka: join(options.directory, `kafka-${await versionOf('kafka')}`),
    registry: join(options.directory, `registry-${await versionOf('registry')}`),
  });
  assert.match(options.said[0] ?? '', /^Downloading Kafka 4\.\S+, Apicurio Registry 3\.\S+ \(once, ~153 MB\) …$/);
  assert.deepEqual(await install(['kafka', 'registry'], options), folders);
  assert.equal(await runs(options), 1);
});

test('two that need the same download it once', async () => {
  const options = await installation('sleep 0.3', 'mkdir -p $software/kafka');
  await Promise.all([install(['kafka'], options), install(['kafka'], options)]);
  assert.equal(await runs(options), 1);
});

test('half an installation that a crash has left is not used', async () => {
  const options = await installation('mkdir -p $software/kafka', 'touch $software/kafka/whole');
  await mkdir(join(options.directory, 'draft/kafka'), { recursive: true });
  await writeFile(join(options.directory, 'draft/kafka/half'), '');
  const { kafka = '' } = await install(['kafka'], options);
  assert.deepEqual(await readdir(kafka), ['whole']);
});

for (const [what, line, message] of [
  ['a full disk', 'No space left on device', /^The disk is full: make room and start again/],
  [
    'no network',
    'Could not transfer artifact x: Unknown host',
    /^Maven could not download .* check the network, or the proxy/,
  ],
  ['any other failure', 'The plugin is broken', /^Maven failed .*: The plugin is broken$/],
] as const) {
  test(`${what} during the download is one sentence, and leaves nothing half`, async () => {
    const options = await installation('mkdir -p $software/kafka', `echo '[ERROR] ${line}'`, 'exit 1');
    await assert.rejects(install(['kafka'], options), { name: 'LocalStackError', message });
    assert.equal(existsSync(join(options.directory, 'draft')), false);
    assert.equal(existsSync(join(options.directory, `kafka-${await versionOf('kafka')}`)), false);
  });
}

test('a disk with too little room is refused before the download', async () => {
  const folder = await temporaryFolder();
  const full = (async () => ({ bavail: 20, bsize: 1_000_000 })) as unknown as Parameters<typeof checkSpace>[2];
  await assert.rejects(checkSpace(folder, 500, full), {
    name: 'LocalStackError',
    message: `The disk of ${folder} has 20 MB left and 500 MB are needed: make room and start again.`,
  });
  await checkSpace(folder, 1);
});

test('a Redis that does not run here is refused with what to do', async () => {
  const folder = await temporaryFolder();
  await assert.rejects(redisServer(folder), { name: 'LocalStackError', message: /install Redis 6\.2 or later/ });
  await program(
    folder,
    `redis-server-1-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`,
    'exit 127',
  );
  await assert.rejects(redisServer(folder), { name: 'LocalStackError', message: /does not run on this system/ });
});
