import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { ISO, NOW } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { sunshine } from './sunshine.ts';

describe('Sunshine Conversations', () => {
  passesEveryProvider(sunshine, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: false, time: false },
  });

  mapsItsExamples(sunshine, {
    'conversation:message': [
      {
        type: 'message.received',
        id: 'run-1-1',
        at: ISO,
        fields: {
          conversationId: '8b5fe06a3dbc5ddc1ad4a9d5',
          userId: '4218ee0d0a6a2ba9e2a1c8f2',
          messageId: 'run-1-m1',
          text: 'Where is my order?',
          channel: 'web',
          customer: { name: 'Jane Doe' },
          sentAt: NOW,
        },
      },
    ],
  });

  it('splits a body into its events, odd ones as well', () => {
    const split = (body: never) => sunshine.split?.({ body, headers: {} });
    assert.deepEqual(split({ app: { id: 'a' }, events: [{ id: '1' }, null] } as never), [
      { envelope: { app: { id: 'a' } }, event: { id: '1' } },
      { envelope: { app: { id: 'a' } }, event: null },
    ]);
    assert.deepEqual(split([1] as never), [[1]]);
  });
});
