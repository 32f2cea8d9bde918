import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConfigError } from '@switchboard/service';
import { readTenantWeights } from './tenant-weights.ts';

it('reads the weight of each tenant', () => {
  assert.deepEqual([...readTenantWeights('')], []);
  assert.deepEqual(
    [...readTenantWeights('acme=4, umbrella = 0.5')],
    [
      ['acme', 4],
      ['umbrella', 0.5],
    ],
  );
});

it('says which pair is wrong, and how to write it', () => {
  for (const text of ['acme', 'acme=', '=4', 'acme=0', 'acme=-1', 'acme=1000', 'acme=1.2.3', 'acme=2,acme=3']) {
    assert.throws(() => readTenantWeights(`umbrella=2,${text}`), ConfigError, text);
  }
  assert.throws(() => readTenantWeights('acme=many'), {
    message: /"acme=many" must be tenant=weight, with a weight from 0.1 to 100/,
  });
});
