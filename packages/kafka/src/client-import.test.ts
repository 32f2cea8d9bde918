import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';

it('compiles the schemas of the options of the client on first use, and still refuses wrong ones', async () => {
  const { Ajv2020 } = createRequire(import.meta.resolve('@platformatic/kafka'))('ajv/dist/2020.js');
  const { compile } = Ajv2020.prototype;
  let compiled = 0;
  Ajv2020.prototype.compile = function (...args: unknown[]) {
    compiled += 1;
    return compile.apply(this, args);
  };
  const { Producer } = await import('@platformatic/kafka');
  assert.equal(compiled, 0);

  const options = { clientId: 'test', bootstrapBrokers: ['127.0.0.1:9'], strict: true };
  assert.throws(() => new Producer({ ...options, timeout: -1 }), /timeout/);
  await new Producer(options).close();
  assert.ok(compiled > 0);
});
