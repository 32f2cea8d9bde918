import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { openServiceLog } from './service-log.ts';

const warning = JSON.stringify({ level: 'warn', msg: 'Redis does not answer' });
const failure = JSON.stringify({ level: 'fatal', msg: 'cannot go on' });
/** Empty before there is one. */
const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

it('writes every line into the file, and says what is worth a look, once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-log-'));
  const said: string[] = [];
  const log = openServiceLog(directory, 'ingest', (line) => said.push(line));
  const stream = new PassThrough();
  log.follow(stream);
  stream.end(`{"level":"info","msg":"ready"}\n${warning}\n${warning}\n${warning}\n${failure}\n`);
  await until('the last line was read', () => log.lastFailure !== undefined);
  assert.equal(log.lastFailure, 'cannot go on');
  assert.deepEqual(said, ['warn: Redis does not answer', 'fatal: cannot go on']);
  log.close();
  await until('all is written', async () => (await textOf(log.file)).split('\n').length === 6);
});

it('keeps the log of the run before', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-log-'));
  for (const run of ['first', 'second']) {
    const log = openServiceLog(directory, 'ingest', () => {});
    const stream = new PassThrough();
    log.follow(stream);
    stream.end(`${run}\n`);
    await until('it is written', async () => (await textOf(log.file)) === `${run}\n`);
    log.close();
  }
  assert.equal(await readFile(join(directory, 'ingest.previous.log'), 'utf8'), 'first\n');
});
