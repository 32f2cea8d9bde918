import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTarget } from '@switchboard/outbound';
import { credentials, startSandbox } from '@switchboard/sandbox';
import { createLogger } from '@switchboard/service';
import { createSlack } from './slack.ts';

it('a token that Slack refuses, with 200, fails the check of Slack until it is accepted', async (t) => {
  const sandbox = await startSandbox();
  t.after(() => sandbox.close());
  const auth = { kind: 'bearer', token: credentials.slack.token } as const;
  const target = createTarget({
    name: 'slack',
    baseUrl: `${sandbox.url}/slack`,
    auth,
    logger: createLogger('t', 'silent'),
  });
  const send = createSlack(target);
  const message = {
    id: 'm-1',
    address: 'C0AGENTS00',
    type: 'order.shipped',
    title: '',
    text: 'hello',
    again: false,
    since: 0,
  };
  sandbox.fault('slack', { error: 'invalid_auth', count: 1 });
  await assert.rejects(send(message, AbortSignal.timeout(10_000)), { retry: 'when-available' });
  assert.throws(() => target.check(), {
    code: 'AUTHENTICATION_FAILED',
    message: /^slack refuses our credentials .*answered invalid_auth/,
  });
  await send(message, AbortSignal.timeout(10_000));
  target.check();
  await target.close();
});
