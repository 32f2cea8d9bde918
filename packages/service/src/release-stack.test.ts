import assert from 'node:assert/strict';
import { it } from 'node:test';
import pino from 'pino';
import { createReleaseStack } from './release-stack.ts';

const logger = pino({ level: 'silent' });

it('closes in the reverse order of adding', async () => {
  const stack = createReleaseStack();
  const closed: string[] = [];
  for (const name of ['redis', 'producer', 'http']) stack.add(name, () => void closed.push(name));
  assert.deepEqual(await stack.release(logger, 1_000), { clean: true });
  assert.deepEqual(closed, ['http', 'producer', 'redis']);
});

it('a step that fails or hangs does not keep the others from running', async () => {
  const stack = createReleaseStack();
  const closed: string[] = [];
  stack.add('redis', () => void closed.push('redis'));
  stack.add('failing', () => Promise.reject(new Error('no')));
  stack.add('hanging', () => new Promise(() => {}), { timeoutMs: 20 });
  assert.deepEqual(await stack.release(logger, 1_000), { clean: false });
  assert.deepEqual(closed, ['redis']);
});

it('a step still gets a moment when those before it used up the budget', async () => {
  const stack = createReleaseStack();
  let closed = false;
  stack.add('last', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    closed = true;
  });
  stack.add('greedy', () => new Promise(() => {}));
  await stack.release(logger, 30);
  assert.equal(closed, true);
});
