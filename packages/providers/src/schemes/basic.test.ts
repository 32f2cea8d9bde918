import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { ISO, RUN } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { basic } from './basic.ts';

const readSecret = (text: string) => basic.readSecret?.(text) ?? assert.fail();
const verify = basic.verifier({
  keys: [readSecret('Aladdin:open sesame'), readSecret('test:123£')],
  requireTimestamp: false,
  publicUrl: undefined,
  settings: {},
});
const judge = (authorization: string | undefined) =>
  verify({ method: 'POST', url: undefined, headers: { authorization }, body: Buffer.from('{}') }, 0);
const invalid = (fault: string) => ({ kind: 'invalid', fault });

describe('user name and password', () => {
  passesEveryProvider(basic, {
    secret: 'local:secret',
    otherSecret: 'another:secret',
    covers: { body: false, time: false },
  });

  it("accepts the RFC's examples, and what it makes", async () => {
    assert.deepEqual(judge('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='), { kind: 'valid' });
    assert.deepEqual(judge('basic dGVzdDoxMjPCow=='), { kind: 'valid' });
    const message = { method: 'POST', url: '', body: Buffer.alloc(0) };
    assert.deepEqual(judge((await basic.sign(message, 'test:123£', 0)).authorization), { kind: 'valid' });
  });

  it('refuses others, other forms and a missing header', () => {
    assert.deepEqual(judge('Basic QWxhZGRpbjpvcGVuIHNlc2FtZg=='), invalid('mismatch'));
    assert.deepEqual(judge('Basic ?'), invalid('form'));
    assert.deepEqual(judge('Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ=='), invalid('form'));
    assert.deepEqual(judge(undefined), invalid('missing'));
  });

  it('needs a secret with a user name and a password', () => {
    for (const text of ['hunter2', ':hunter2', 'hunter2:'])
      assert.throws(() => readSecret(text), { name: 'RangeError', message: 'must be written as user:password' });
  });
});

describe('basic mapping', () => {
  knowsItsExamples(basic);
  mapsItsExamples(basic, {
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
