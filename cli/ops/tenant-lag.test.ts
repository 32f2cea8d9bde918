import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageReceived } from '@switchboard/events/fixtures';
import { until } from '@switchboard/stack/until';
import { createLetterService } from '../fixtures/letter-service.ts';

describe('ops lag --by tenant', () => {
  it('lists the tenants that wait longest, of what is not read and of what waits for a retry', async () => {
    await using service = await createLetterService();
    service.fails = ({ messageId }) => {
      if (messageId === '1') throw new Error('not now');
    };
    const limits = { retryDelays: ['10m'] };
    const consumer = await service.start(limits);
    await service.send('k', 0);
    await service.send('k', 1);
    await until('one is done, and one waits', () => service.effects.length === 1 && consumer.state().delayed === 1);
    const command = ['lag', '--by', 'tenant', '--service', service.name];
    const tenants = async () => (await service.ops(...command, '--json')).document.tenants;
    await until('one event waits', async () => (await tenants())[0]?.events === 1);
    await consumer.stop();
    const { meta } = messageReceived('e', 'u');
    for (const number of [2, 3])
      await service.send('u', number, { meta: { ...meta, id: `u-${number}`, tenant: 'umbrella' } });
    const [first, second] = await tenants();
    assert.deepEqual([first.tenant, first.events, second.tenant, second.events], ['acme', 1, 'umbrella', 2]);
    assert.ok(first.seconds >= second.seconds);
    const { out } = await service.ops(...command);
    assert.match(out, /^tenant +service +behind +events\nacme +letters-\w+ /);
    const { document } = await service.ops('lag', '--tenant', 'umbrella', '--service', service.name, '--json');
    assert.deepEqual([document.tenants.length, document.tenants[0].tenant], [1, 'umbrella']);
    assert.deepEqual(document.services, [{ service: service.name, records: 3, lookedAt: 3 }]);
  });

  it('takes no other grouping', async () => {
    await using service = await createLetterService();
    const { code, err } = await service.ops('lag', '--by', 'key');
    assert.deepEqual([code, /--by tenant is the only grouping/.test(err)], [2, true]);
  });
});
