import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { invalid, judge, VALID } from '../fixtures/judge.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { chatwoot } from './chatwoot.ts';

describe('Chatwoot', () => {
  passesEveryProvider(chatwoot, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: true },
  });

  it('accepts what the documentation describes: the time, a dot and the body', async () => {
    const signature = createHmac('sha256', 'a-secret').update('1700000000.{"event":"x"}').digest('hex');
    const headers = { 'x-chatwoot-signature': `sha256=${signature}`, 'x-chatwoot-timestamp': '1700000000' };
    const request = { secrets: ['a-secret'], headers, body: '{"event":"x"}', now: 1_700_000_000_000 };
    assert.deepEqual(await judge(chatwoot, request), VALID);
    const bare = { ...headers, 'x-chatwoot-signature': signature };
    assert.deepEqual(await judge(chatwoot, { ...request, headers: bare }), invalid('form'));
  });
});
