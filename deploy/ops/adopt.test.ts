import assert from 'node:assert/strict';
import { it } from 'node:test';
import { clusterId } from '@switchboard/kafka';
import { until } from '@switchboard/local/until';
import { createLetterService } from '../fixtures/letter-service.ts';

it('adopt takes over what an earlier version has done, once the service is stopped', async () => {
  await using service = await createLetterService();
  const { name, redis } = service;
  const scope = await clusterId(service.connection);
  const consumer = await service.start();
  await service.send('conv', 1);
  await until('it is done', () => consumer.state().counts.done === 1);
  const [found = ''] = await redis.keys(`d:${scope}:${name}:*`);
  await redis.rename(found, found.replace(`${scope}:`, ''));

  const refused = await service.ops('adopt', '--service', name);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /runs: stop all of its instances, then adopt/);
  await consumer.stop();
  const { document, code } = await service.ops('adopt', '--service', name, '--json');
  assert.equal(code, 0);
  assert.deepEqual(document, { scope, adopted: { [name]: 1 } });

  const successor = await service.start();
  await service.send('conv', 1);
  await until('the repeat is known', () => successor.state().counts.duplicate === 1);
  assert.deepEqual(service.effects, ['conv-1']);
});
