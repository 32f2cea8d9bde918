import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, until } from './until.ts';

it('until asks until there is an answer, and names what did not happen', async () => {
  const answers = [undefined, false, 0];
  assert.equal(await until('a number comes', () => answers.shift()), 0);
  await assert.rejects(
    until('the door opens', () => false, 0),
    /waiting until the door opens/,
  );
  await assert.rejects(
    until('it answers', () => Promise.reject(new Error('broken'))),
    /broken/,
  );
});

it('until asks rarely when a question takes long', async () => {
  const startedAt = Date.now();
  let questions = 0;
  await until('a second has passed', async () => {
    questions += 1;
    await sleep(50);
    return Date.now() - startedAt > 1_000;
  });
  assert.ok(questions < 10, `${questions} questions of 50 ms in a second`);
});

it('eventually repeats a check until it passes, and fails as it did', async () => {
  let tries = 0;
  await eventually(() => assert.equal(++tries, 3));
  assert.equal(tries, 3);
  await assert.rejects(
    eventually(() => assert.fail('still closed'), 0),
    /still closed/,
  );
});
