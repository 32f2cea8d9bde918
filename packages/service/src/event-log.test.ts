import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { createEventLog } from './event-log.ts';

function logOf(level: string, sample: number) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createEventLog({ service: 'ingest', level, sample, destination }) };
}

it('writes lines of the form of the logger, and leaves out what is undefined', () => {
  const { lines, log } = logOf('info', 1);
  assert.ok(log.takes());
  log.write('accepted', { event: 'e-"1', conversation: undefined, ms: 3 });
  log.flush();
  const [line = ''] = lines;
  assert.ok(line.endsWith('}\n'));
  const { time, ...rest } = JSON.parse(line);
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.deepEqual(rest, { level: 'info', service: 'ingest', event: 'e-"1', ms: 3, msg: 'accepted' });
});

for (const [level, sample, expected] of [
  ['info', 1, 1_000],
  ['debug', 1, 1_000],
  ['info', 0.1, 100],
  ['info', 0, 0],
  ['warn', 1, 0],
  ['silent', 1, 0],
] as const) {
  it(`takes ${expected} of 1,000 events at level ${level} with a sample of ${sample}`, () => {
    const { log } = logOf(level, sample);
    const taken = Array.from({ length: 1_000 }, () => log.takes()).filter(Boolean).length;
    assert.ok(Math.abs(taken - expected) <= 1, `${taken}`);
  });
}

it('writes whole lines in order to standard output, and all of them before the process ends', async () => {
  const script = join(import.meta.dirname, '../fixtures/event-lines.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const numbers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).number);
  assert.deepEqual(
    numbers,
    Array.from({ length: 1_000 }, (_, number) => number),
  );
});
