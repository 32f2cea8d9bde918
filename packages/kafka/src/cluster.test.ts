import assert from 'node:assert/strict';
import { it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { clusterId, watchCluster } from './cluster.ts';

const connection = { brokers: testStack().brokers };

it('a cluster keeps its id', async () => {
  assert.match(await clusterId(connection), /^[\w-]{22}$/);
  assert.equal(await clusterId(connection), await clusterId(connection));
});

it('a watch says once that the brokers are those of another cluster, and nothing while none answers', async (t) => {
  const said: Error[] = [];
  const same = watchCluster(connection, await clusterId(connection), (error) => said.push(error), 20);
  const away = watchCluster({ brokers: '127.0.0.1:1' }, 'any', (error) => said.push(error), 20);
  const other = watchCluster(connection, 'former', (error) => said.push(error), 20);
  t.after(() => [same, away, other].map(({ stop }) => stop()));
  await until('it is said', () => said.length > 0);
  assert.match(String(said), /another cluster now, .* instead of former/);
  assert.equal(said.length, 1);
});
