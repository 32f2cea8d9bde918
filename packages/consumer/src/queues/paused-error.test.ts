import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PausedError } from './paused-error.ts';

it('the message gives the duration and the cause for each system that is down', () => {
  const { message, code } = new PausedError(
    new Map([
      ['outside', { since: 1_000, why: 'zendesk refuses our credentials (GET /tickets was answered 401)' }],
      ['redis', { since: 20_000, why: '' }],
    ]),
    22_000,
  );
  assert.equal(
    message,
    'paused 21 s: zendesk refuses our credentials (GET /tickets was answered 401); paused 2 s: Redis does not answer',
  );
  assert.equal(code, 'PAUSED_BY_OUTSIDE');
});
