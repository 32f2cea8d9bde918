import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '@switchboard/consumer';
import type { Program } from '@switchboard/deploy/fixtures/program';
import { eventually, until } from '@switchboard/stack/until';
import { createLetterService } from '../fixtures/letter-service.ts';

/** Reports take 2 s each; the machine may be busy. */
const END_MS = 60_000;

/** @returns its exit code; ends it and says so when it goes on after it was interrupted */
async function endOf({ child, exit }: Program): Promise<number | string> {
  const over = new AbortController();
  const late = sleep(END_MS, 'still running after SIGINT', { signal: over.signal });
  late.catch(() => {});
  const outcome = await Promise.race([exit, late]);
  over.abort();
  child.kill('SIGKILL');
  return outcome;
}

describe('ops lag', () => {
  it('tells how many records a service is behind, how old the oldest is, and that nothing of it runs', async () => {
    await using service = await createLetterService();
    const consumer = await service.start();
    await service.send('conv', 1);
    await until('it is done', () => service.effects.length === 1);
    await consumer.stop();
    const sentAt = Date.now();
    for (const number of [2, 3, 4]) await service.send('conv', number);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const { document } = await service.ops('lag', '--service', service.name, '--json');
    const [{ members, sources, deadLetters }] = document.services;
    assert.deepEqual([members, sources[0].records, deadLetters], [0, 3, 0]);
    assert.ok(sources[0].seconds >= 1.5 && sources[0].seconds < (Date.now() - sentAt) / 1_000 + 1, sources[0].seconds);
    assert.equal(sources[0].event, 'conv-2');
    const { out } = await service.ops('lag', '--service', service.name);
    assert.match(out, /nothing of it runs/);
  });

  it('tells all but the dead letters while Redis does not answer', async () => {
    await using service = await createLetterService();
    await (await service.start()).stop();
    const away = { REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, out, err } = await service.opsWith(away, 'lag', '--service', service.name, '--all');
    assert.deepEqual([code, out.includes(`${service.name}.retry.200ms`)], [0, true]);
    assert.match(out, new RegExp(`${service.name}\\.dlq +\\?`));
    assert.match(err, /Redis does not answer at 127\.0\.0\.1:1/);
  });

  it('does not take a misspelt service for one of which nothing runs', async () => {
    await using service = await createLetterService();
    const { code, err } = await service.ops('lag', '--service', 'tickting');
    assert.equal(code, 1);
    assert.match(err, /^There is no service tickting, .*ticketing/);
  });

  it('tells what waits in the chain, and until when', async () => {
    await using service = await createLetterService();
    service.fails = () => {
      throw new Error('not now');
    };
    const consumer = await service.start({ retryDelays: ['1m'] });
    await service.send('conv', 1);
    await until('it waits', () => consumer.state().delayed === 1);
    await until('its source is committed', async () => {
      const { document } = await service.ops('lag', '--service', service.name, '--json');
      const [{ members, sources, chain }] = document.services;
      return members === 1 && sources[0].records === 0 && chain[0].records === 1 && chain[0].overdueSeconds < 0;
    });
    assert.match((await service.ops('lag', '--service', service.name)).out, /\.retry\.1m +1 .* next in \d+ s/);
  });

  it('begins with what is wrong and why, and shows what waits only where something does', async () => {
    await using service = await createLetterService();
    service.fails = () => {
      throw new UnavailableError('zendesk', { cause: new Error('zendesk refuses the credentials of eva@example.org') });
    };
    await service.start();
    await service.send('conv', 1);
    const verdict = async () => (await service.ops('lag', '--service', service.name)).out.split('\n')[0] ?? '';
    const paused = new RegExp(
      `^${service.name}  PAUSED .* s: zendesk is unavailable: zendesk refuses .*\\[e-mail\\] · 1 wait, the oldest`,
    );
    await eventually(async () => assert.match(await verdict(), paused));
    service.fails = () => {};
    await until('it goes on', async () => (await verdict()) === `${service.name}  ok`);
    const { out } = await service.ops('lag', '--service', service.name);
    assert.equal(out, `${service.name}  ok\n`);
    assert.match((await service.ops('lag', '--service', service.name, '--all')).out, /\.retry\.200ms +0\n/);
  });

  it('with --watch reports again and again until it is interrupted', async () => {
    await using service = await createLetterService();
    await (await service.start()).stop();
    const program = service.spawnOps('lag', '--service', service.name, '--watch', '--json');
    await until('it has reported twice', () => program.output.trim().split('\n').length >= 2);
    program.child.kill('SIGINT');
    assert.equal(await endOf(program), 0, program.output);
    for (const line of program.output.trim().split('\n')) assert.equal(JSON.parse(line).services[0].members, 0);
  });
});

describe('ops status', () => {
  it('with --watch reports again and again until it is interrupted', async () => {
    await using service = await createLetterService();
    const program = service.spawnOps('status', '--watch', '--json');
    const reports = () => program.output.split('\n').filter((line) => line.startsWith('{'));
    await until('it has reported twice', () => reports().length >= 2);
    program.child.kill('SIGINT');
    assert.equal(await endOf(program), 0, program.output);
    assert.equal(JSON.parse(reports()[0] ?? '').parts[0].name, 'kafka');
  });

  it('tells how the stack and each service are, a line each, and goes on when a part does not answer', async () => {
    await using service = await createLetterService();
    const away = { REDIS_URL: 'redis://127.0.0.1:1', INGEST_PORT: '1' };
    const { code, out } = await service.opsWith(away, 'status');
    assert.equal(code, 0);
    assert.match(out, /^kafka +ok · 1 broker$/m);
    assert.match(out, /^registry +ok$/m);
    assert.match(out, /^redis +DOWN: Redis does not answer at 127\.0\.0\.1:1/m);
    assert.match(out, /^ingest +DOWN: no answer at http:\/\/127\.0\.0\.1:1;/m);
    assert.match(out, /^ticketing +DOWN: nothing of it runs/m);
    const none = await service.opsWith({ KAFKA_BROKERS: '127.0.0.1:1' }, 'status', '--json');
    assert.equal(none.code, 0);
    const { ok, parts } = none.document;
    assert.deepEqual([ok, parts.find(({ name }: { name: string }) => name === 'kafka').ok], [false, false]);
  });
});
