import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createHealth } from './health.ts';

it('reports each check on its own, with the reason of a failure', async () => {
  const health = createHealth();
  health.add('kafka', () => {}, { required: true });
  health.add('redis', () => Promise.reject(new Error('refused')));
  assert.deepEqual(await health.run(), {
    kafka: { status: 'ok', required: true },
    redis: { status: 'failed', required: false, code: 'FAILED', error: 'refused' },
  });
});

it('a check that never answers is a failed one', async () => {
  const health = createHealth();
  health.add('hung', () => new Promise(() => {}));
  const { hung } = await health.run();
  assert.equal(hung?.status, 'failed');
  assert.match(hung?.error ?? '', /no answer within/);
});

it('callers at the same time share one run', async () => {
  const health = createHealth();
  let runs = 0;
  health.add('counted', () => {
    runs += 1;
  });
  await Promise.all([health.run(), health.run(), health.run()]);
  assert.equal(runs, 1);
});
