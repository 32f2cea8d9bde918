import assert from 'node:assert/strict';
import { it } from 'node:test';
import { escalation, sourceOf, sourcesOf, startApp } from '../fixtures/app.ts';

it('wrong signatures are logged once for each source and reason, without anything that was sent', async (t) => {
  const sources = sourcesOf(sourceOf('escalation'), sourceOf('cms-update'));
  const { post, lines, count } = await startApp(t, { sources });
  for (let n = 0; n < 5; n += 1) {
    for (const source of ['escalation', 'cms-update']) {
      const answer = await post(`/webhooks/${source}`, escalation(), { 'x-webhook-signature': 'canary' });
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.json(), { error: 'Invalid signature' });
    }
  }
  const logged = lines.map((line) => JSON.parse(line)).filter(({ reason }) => reason === 'signature');
  assert.deepEqual(
    logged.map(({ source, reason, count, level }) => [source, reason, count, level]),
    [
      ['escalation', 'signature', 1, 'warn'],
      ['cms-update', 'signature', 1, 'warn'],
    ],
  );
  assert.doesNotMatch(lines.join(''), /canary/);
  assert.equal((await count('ingest_rejected_total'))['escalation signature'], 5);
});

it('another method is answered 405, in the words of a webhook route', async (t) => {
  const { app } = await startApp(t);
  for (const method of ['GET', 'PUT', 'OPTIONS'] as const) {
    const answer = await app.inject({ method, url: '/webhooks/escalation' });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers.allow, 'POST');
    assert.deepEqual(answer.json(), { error: 'Send a POST' });
  }
});
