import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { createTarget } from '@switchboard/outbound';
import { credentials, startSandbox } from '@switchboard/sandbox';
import { createLogger } from '@switchboard/service';
import type { Delivery } from './channel.ts';
import { createSlack, MAX_RESPONSE_BYTES } from './slack.ts';

const message = {
  id: 'm-1',
  address: 'C0AGENTS00',
  type: 'order.shipped',
  title: '',
  text: 'hello',
  again: false,
  since: Date.now(),
};

async function open(t: TestContext) {
  const sandbox = await startSandbox();
  const target = createTarget({
    name: 'slack',
    baseUrl: `${sandbox.url}/slack`,
    auth: { kind: 'bearer', token: credentials.slack.token },
    logger: createLogger('t', 'silent'),
    maxResponseBytes: MAX_RESPONSE_BYTES,
  });
  t.after(async () => {
    await target.close();
    await sandbox.close();
  });
  const send = createSlack(target);
  return { sandbox, target, send: (delivery: Delivery) => send(delivery, AbortSignal.timeout(60_000)) };
}

it('a token that Slack refuses, with 200, fails the check of Slack until it is accepted', async (t) => {
  const { sandbox, target, send } = await open(t);
  sandbox.fault('slack', { error: 'invalid_auth', count: 1 });
  await assert.rejects(send(message), { retry: 'when-available' });
  assert.throws(() => target.check(), {
    code: 'AUTHENTICATION_FAILED',
    message: /^slack refuses our credentials .*answered invalid_auth/,
  });
  await send(message);
  target.check();
});

it('finds what an earlier attempt posted, before many of the longest messages, and posts what it does not find', async (t) => {
  const { send } = await open(t);
  const first = await send(message);
  const long = { ...message, text: '€'.repeat(40_000) };
  for (let n = 0; n < 150; n++) await send({ ...long, id: `long-${n}` });
  assert.equal(await send({ ...message, again: true }), first);
  const second = await send({ ...message, id: 'm-2', again: true });
  assert.equal(await send({ ...message, id: 'm-2', again: true }), second);
});
