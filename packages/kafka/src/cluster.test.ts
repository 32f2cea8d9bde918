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

it('a watch reports a changed cluster once, and reports nothing while no broker answers', async (t) => {
  const reported: Error[] = [];
  const same = watchCluster(connection, await clusterId(connection), (error) => reported.push(error), 20);
  const away = watchCluster({ brokers: '127.0.0.1:1' }, 'any', (error) => reported.push(error), 20);
  const other = watchCluster(connection, 'former', (error) => reported.push(error), 20);
  t.after(() => [same, away, other].map(({ stop }) => stop()));
  await until('the change is reported', () => reported.length > 0);
  assert.match(String(reported), /cluster id changed from former to /);
  assert.equal(reported.length, 1);
});
