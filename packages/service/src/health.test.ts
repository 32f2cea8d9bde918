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

it('says why something is unavailable, with the code of the cause', async () => {
  const health = createHealth();
  const cause = Object.assign(new Error('the server refuses our credentials'), { code: 'AUTHENTICATION_FAILED' });
  health.add('smtp', () => Promise.reject(new Error('smtp is unavailable', { cause })));
  const { smtp } = await health.run();
  assert.equal(smtp?.code, 'AUTHENTICATION_FAILED');
  assert.equal(smtp?.error, 'smtp is unavailable: the server refuses our credentials');
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
