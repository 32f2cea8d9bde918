import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { OutgoingRecord } from '@switchboard/kafka';
import { sign, startApp } from '../fixtures/app.ts';
import { signResubmission } from './http/resubmission.ts';
import { SKIPPED_TOPIC } from './skipped-bodies.ts';

const body = JSON.stringify({ event: 'loyalty.earned', data: { points: 5, email: 'jane@example.org' } });
const SKIPPED = { skipped: true, reason: 'Unhandled event type' };

it('a body of an undeclared type is kept as in quarantine, and answered as before', async (t) => {
  const { post, published } = await startApp(t, { keepsSkipped: true });
  const answer = await post('/webhooks/escalation', body);
  assert.deepEqual([answer.status, answer.json()], [200, SKIPPED]);
  const [record, ...more] = published;
  assert.deepEqual(more, []);
  assert.equal(record?.topic, SKIPPED_TOPIC);
  assert.equal(String(record?.value), body);
  const { source, tenant, reason, problems } = record?.headers ?? {};
  assert.deepEqual([source, tenant, reason, problems], ['escalation', 'acme', 'undeclared', 'loyalty.earned']);
});

it('what an operator resubmits is not kept a second time', async (t) => {
  const resubmitSecret = 'resubmit-secret-0123';
  const { post, published } = await startApp(t, { keepsSkipped: true, resubmitSecret });
  const what = { source: 'escalation', body: Buffer.from(body), itemIndex: undefined };
  const headers = { 'x-webhook-signature': undefined, ...signResubmission(what, resubmitSecret, Date.now()) };
  assert.deepEqual((await post('/webhooks/escalation', body, headers)).json(), SKIPPED);
  assert.deepEqual(published, []);
});

it('a Kafka that does not take it, or is slow, changes no answer', async (t) => {
  const records: OutgoingRecord[] = [];
  const publish = (record: OutgoingRecord): Promise<void> => {
    records.push(record);
    return records.length % 2 === 0 ? Promise.reject(new Error('down')) : new Promise(() => {});
  };
  const { post, count } = await startApp(t, { keepsSkipped: true, publish });
  for (let index = 0; index < 4; index += 1) assert.equal((await post('/webhooks/escalation', body)).status, 200);
  assert.equal(records.length, 4);
  assert.deepEqual(await count('ingest_skipped_dropped_total'), { escalation: 2 });
});

it('a flood of junk is answered, but not kept', async (t) => {
  const { post, published, count } = await startApp(t, { keepsSkipped: true });
  const large = JSON.stringify({ event: 'junk.large', data: { text: 'x'.repeat(300_000) } });
  assert.equal((await post('/webhooks/escalation', large, { 'x-webhook-signature': sign(large) })).status, 200);
  assert.equal(published.length, 0);
  const [startedAt, sent] = [performance.now(), 600];
  for (let index = 0; index < sent; index += 1) await post('/webhooks/escalation', body);
  const most = 200 + (20 * (performance.now() - startedAt)) / 1_000 + 1;
  assert.ok(published.length >= 200 && published.length <= most, `${published.length} of ${sent}`);
  assert.deepEqual(await count('ingest_skipped_dropped_total'), { escalation: 1 + sent - published.length });
});
