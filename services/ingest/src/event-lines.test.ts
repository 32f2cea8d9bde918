import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createEventLog } from '@switchboard/service';
import { escalation, startApp } from '../fixtures/app.ts';

it('each accepted event is one line that is found by its conversation; refused ones and repeats are none', async (t) => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const eventLog = createEventLog({ service: 'ingest', level: 'info', sample: 1, destination });
  const { post } = await startApp(t, { eventLog });
  const body = escalation({ conversationId: 'conv_4711', userEmail: 'canary@example.org', summary: 'canary' });
  assert.equal((await post('/webhooks/escalation', body)).status, 200);
  assert.equal((await post('/webhooks/escalation', body)).status, 200);
  assert.equal((await post('/webhooks/escalation', '{"event":"no.such","data":{}}')).status, 200);
  eventLog.flush();
  assert.equal(lines.length, 1);
  const { time: _, ms, event, ...rest } = JSON.parse(lines[0] ?? '');
  assert.ok(ms >= 0 && event.length > 0);
  assert.deepEqual(rest, {
    level: 'info',
    service: 'ingest',
    type: 'conversation.escalated',
    source: 'escalation',
    key: 'acme:conv_4711',
    msg: 'accepted',
  });
  assert.doesNotMatch(lines.join(''), /canary/);
});
