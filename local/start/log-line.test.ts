import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readLogLine } from './log-line.ts';

const entry = (fields: object): string => JSON.stringify({ level: 'info', time: 'now', service: 'ingest', ...fields });

it('shortens an entry to its level, message and facts', () => {
  const line = entry({ level: 'warn', msg: 'Redis does not answer', attempts: 3, nested: { not: 'shown' } });
  assert.deepEqual(readLogLine(line), { urgent: true, text: 'warn: Redis does not answer (attempts=3)' });
});

it('takes the message of an error, and leaves its stack to the file', () => {
  const line = entry({ level: 'fatal', msg: 'cannot go on', err: { message: 'out of words', stack: 'Error\n at …' } });
  const { urgent, text, failure } = readLogLine(line);
  assert.deepEqual([urgent, text, failure], [true, 'fatal: cannot go on: out of words', 'cannot go on: out of words']);
});

it('keeps what is only informative from the terminal', () => {
  assert.equal(readLogLine(entry({ msg: 'ready' })).urgent, false);
  assert.equal(readLogLine('(node:12) ExperimentalWarning: SQLite').urgent, false);
  assert.equal(readLogLine('  ').urgent, false);
});

it('shows a line that is no entry as it is', () => {
  for (const line of ['SyntaxError: Unexpected token', '{"half an ent', '{"no":"level"}', '[]']) {
    assert.deepEqual(readLogLine(line), { urgent: true, text: line });
  }
});

it('cuts a line that is far too long', () => {
  assert.ok(readLogLine('x'.repeat(10_000)).text.length < 400);
});
