import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { sign } from '@octokit/webhooks-methods';
import { github } from './github.ts';

const SECRET = "It's a Secret to Everybody";
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
const verify = github.verifier({
  keys: [createSecretKey(Buffer.from(SECRET))],
  requireTimestamp: false,
  publicUrl: undefined,
  settings: {},
});
const judge = (body: string, signature: string | undefined) =>
  verify(
    { method: 'POST', url: undefined, headers: { 'x-hub-signature-256': signature }, body: Buffer.from(body) },
    Date.now(),
  );

describe('GitHub', () => {
  it("accepts the documentation's example", () => {
    assert.deepEqual(judge('Hello, World!', SIGNATURE), { kind: 'valid' });
  });

  it("accepts what GitHub's library signs", async () => {
    assert.deepEqual(judge('{"a":1}', await sign(SECRET, '{"a":1}')), { kind: 'valid' });
  });

  it('refuses a flipped byte, another form and a missing header', () => {
    assert.deepEqual(judge('Hello, World?', SIGNATURE), { kind: 'invalid', fault: 'mismatch' });
    assert.deepEqual(judge('Hello, World!', 'sha1=00'), { kind: 'invalid', fault: 'form' });
    assert.deepEqual(judge('Hello, World!', undefined), { kind: 'invalid', fault: 'missing' });
  });
});
