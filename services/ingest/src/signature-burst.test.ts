import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Alert } from '@switchboard/alerts';
import { escalation, sign, startApp } from '../fixtures/app.ts';
import { BURST, createSignatureBurst } from './signature-burst.ts';

it('a burst of refused signatures of a source alerts people; a few do not', () => {
  const alerts: Alert[] = [];
  let now = 0;
  const burst = createSignatureBurst(
    (alert) => alerts.push(alert),
    () => now,
  );
  for (let index = 1; index < BURST; index += 1) burst.refused('shop', 'mismatch');
  burst.refused('other', 'mismatch');
  now += 60_001;
  for (let index = 1; index < BURST; index += 1) burst.refused('shop', 'mismatch');
  assert.deepEqual(alerts, []);
  burst.refused('shop', 'mismatch');
  burst.refused('shop', 'mismatch');
  assert.deepEqual(
    alerts.map(({ kind, about, code }) => [kind, about, code]),
    [
      ['signature_failures', 'shop', 'mismatch'],
      ['signature_failures', 'shop', 'mismatch'],
    ],
  );
});

it('ingest raises it for a configured source, and not for a path that anyone can make up', async (t) => {
  const alerts: Alert[] = [];
  const { post } = await startApp(t, { alert: (alert) => void alerts.push(alert) });
  const body = escalation();
  const bad = { 'x-webhook-signature': sign(body, 'another-secret-012') };
  for (let index = 0; index < BURST; index += 1) {
    assert.equal((await post('/webhooks/no-such-source', body, bad)).status, 404);
    assert.equal((await post('/webhooks/escalation', body, bad)).status, 401);
  }
  assert.deepEqual(
    alerts.map(({ about, code }) => [about, code]),
    [['escalation', 'mismatch']],
  );
});
