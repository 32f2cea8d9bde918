import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { freePort } from '@switchboard/stack';
import { until } from '@switchboard/stack/until';
import { backOffMs } from './back-off.ts';
import { openServiceLog } from './service-log.ts';
import { causeOf, StartError, supervise } from './supervise.ts';

/** A service that dies on request. */
const script = join(import.meta.dirname, '../../packages/service/fixtures/echo.ts');

async function superviseEcho(variables: Record<string, string>) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const log = openServiceLog(await mkdtemp(join(tmpdir(), 'switchboard-supervise-')), 'echo', say);
  const supervision = supervise({
    name: 'echo',
    script,
    url,
    variables: { PORT: String(port), ...variables },
    log,
    say,
  });
  const answers = async (): Promise<boolean> => (await fetch(url).catch(() => undefined))?.ok ?? false;
  return { supervision, url, said, answers };
}

it('starts a service that has died again, and says why it died', async () => {
  const { supervision, url, said, answers } = await superviseEcho({ GREETING: 'hello' });
  await supervision.ready;
  assert.ok(await answers());
  await fetch(`${url}/die`, { method: 'POST' });
  await until('it is back', () => said.some((line) => line.startsWith('is ready again')));
  assert.ok(
    said.includes('has died (exit code 1: cannot go on: failed on request); it is started again in 0.5 s'),
    said.join('\n'),
  );
  assert.ok(await answers());
  await supervision.stop();
  assert.equal(await answers(), false);
});

it('gives up on a service that cannot start, with its reason', async () => {
  const { supervision } = await superviseEcho({ GREETING: 'hello', REFUSE: 'start' });
  await assert.rejects(supervision.ready, (error) => error instanceof StartError && /3 times/.test(error.message));
  await supervision.stop();
});

it('does not try a wrong configuration twice', async () => {
  const { supervision, said } = await superviseEcho({});
  await assert.rejects(supervision.ready, /has died \(exit code 78: its configuration is wrong\): it cannot start/);
  assert.match(said.join('\n'), /GREETING is not set/);
  assert.doesNotMatch(said.join('\n'), /started again/);
  await supervision.stop();
});

it('names only the signal when a signal ends a service', async () => {
  const { supervision, said } = await superviseEcho({ GREETING: 'hello' });
  await supervision.ready;
  const pid = Number(/process (\d+)/.exec(said.join('\n'))?.[1]);
  process.kill(pid, 'SIGKILL');
  await until('it is back', () => said.some((line) => line.startsWith('is ready again')));
  assert.ok(said.includes('has died (SIGKILL); it is started again in 0.5 s'), said.join('\n'));
  await supervision.stop();
});

it('blames a log line for an exit code, never for a signal', () => {
  assert.equal(causeOf('SIGKILL', 'dead letter'), 'SIGKILL');
  assert.equal(causeOf(1, 'out of words'), 'exit code 1: out of words');
  assert.equal(causeOf(1, undefined), 'exit code 1');
});

it('ends at once what hangs, when asked to', async () => {
  const { supervision, answers } = await superviseEcho({ GREETING: 'hello', HANG_ON_STOP: 'true' });
  await supervision.ready;
  const stopped = supervision.stop();
  supervision.kill();
  await stopped;
  assert.equal(await answers(), false);
});

it('waits longer with every death in a row, up to 10 s', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 20].map(backOffMs), [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});
