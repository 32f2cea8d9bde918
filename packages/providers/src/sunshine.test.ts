import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { sunshine } from './sunshine.ts';

describe('Sunshine Conversations', () => {
  passesEveryProvider(sunshine, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: false, time: false },
  });

  it('splits a body into its events, odd ones as well', () => {
    const split = (body: never) => sunshine.split?.({ body, headers: {} });
    assert.deepEqual(split({ app: { id: 'a' }, events: [{ id: '1' }, null] } as never), [
      { app: { id: 'a' }, event: { id: '1' } },
      { app: { id: 'a' }, event: null },
    ]);
    assert.deepEqual(split([1] as never), [[1]]);
  });
});
