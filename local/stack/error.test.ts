import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorLine, explain, LocalStackError } from './error.ts';

test('a full disk is one sentence', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const explained = explain(error, '/data');
  assert.ok(explained instanceof LocalStackError);
  assert.equal(explained.message, 'The disk of /data is full: make room and start again.');
});

test('an error that is not of the file system stays what it is', () => {
  const error = new TypeError('a bug');
  assert.equal(explain(error, '/data'), error);
});

for (const [what, output, line] of [
  [
    'the cause of an exception',
    'x.AError: a\n\tat b\nCaused by: java.net.BindException: in use\n\tat c\n',
    'Caused by: java.net.BindException: in use',
  ],
  ['an error in the log', 'INFO a\n12:00 ERROR broken\nINFO bye\n', '12:00 ERROR broken'],
  ['the last line, when none looks like an error', 'one\ntwo\n\n', 'two'],
  [
    'a full disk',
    'java.io.IOException: No space left on device\nINFO bye',
    'the disk is full, make room and start again',
  ],
  ['that there is nothing', '', 'it printed nothing'],
] as const) {
  test(`the line that explains a long output: ${what}`, () => assert.equal(errorLine(output), line));
}
