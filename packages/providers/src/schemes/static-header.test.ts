import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { ISO, RUN } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { staticHeader } from './static-header.ts';

const judge = (headers: Record<string, string | undefined>, settings: { header?: string } = {}) =>
  staticHeader.verifier({
    keys: ['old', 'new'].map((secret) => createSecretKey(Buffer.from(secret))),
    requireTimestamp: false,
    publicUrl: undefined,
    settings,
  })({ method: 'POST', url: undefined, headers, body: Buffer.from('{}') }, 0);

describe('a secret in a header', () => {
  passesEveryProvider(staticHeader, {
    secret: 'local-secret',
    otherSecret: 'another',
    covers: { body: false, time: false },
  });

  it('is accepted with each of the secrets', () => {
    assert.deepEqual(judge({ 'x-bp-secret': 'old' }), { kind: 'valid' });
    assert.deepEqual(judge({ 'x-bp-secret': 'new' }), { kind: 'valid' });
  });

  it('is refused if it differs or is missing', () => {
    for (const wrong of ['', 'ol', 'old ', 'Old'])
      assert.deepEqual(judge({ 'x-bp-secret': wrong }), { kind: 'invalid', fault: 'mismatch' }, wrong);
    assert.deepEqual(judge({}), { kind: 'invalid', fault: 'missing' });
  });

  it('may have another name', async () => {
    const header = 'X-API-Key';
    const made = await staticHeader.sign({ method: 'POST', url: '', body: Buffer.alloc(0) }, 'new', 0, { header });
    assert.deepEqual(made, { 'x-api-key': 'new' });
    assert.deepEqual(judge(made, { header }), { kind: 'valid' });
    assert.deepEqual(judge({ 'x-bp-secret': 'new' }, { header }), { kind: 'invalid', fault: 'missing' });
  });
});

describe('static-header mapping', () => {
  knowsItsExamples(staticHeader);
  mapsItsExamples(staticHeader, {
    escalation: [
      {
        type: 'conversation.escalated',
        id: RUN,
        at: ISO,
        fields: {
          conversationId: `conv-${RUN}`,
          reason: 'Asked for a person',
          customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
        },
      },
    ],
  });
});
