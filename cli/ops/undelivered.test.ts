import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PermanentError, UnavailableError } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
import { createLetterService } from '../fixtures/letter-service.ts';

describe('ops undelivered', () => {
  it('lists the events of a tenant without an effect, by service, state and reason', async () => {
    await using service = await createLetterService();
    service.fails = ({ messageId }, { skip }) => {
      if (messageId === '1') throw new PermanentError('REFUSED', 'no');
      if (messageId === '2') throw new Error('not now');
      if (messageId === '3') skip('no_crm');
    };
    const limits = { retryDelays: ['10m'] };
    const consumer = await service.start(limits);
    await Promise.all([0, 1, 2, 3].map((number) => service.send(`k${number}`, number)));
    const command = ['undelivered', '--service', service.name, '--tenant', 'acme'];
    const groups = async () => (await service.ops(...command, '--json')).document.groups as Record<string, unknown>[];
    const causes = async () =>
      (await groups()).map(({ state, reason, events }) => `${state} ${reason} ${events}`).sort();
    await until('all but one are listed', async () => {
      const found = await causes();
      return found.length === 3 && !found.some((cause) => /pending|running/.test(cause));
    });
    assert.deepEqual(await causes(), [`dead REFUSED 1`, `skipped no_crm 1`, `waiting ${service.name}.retry.10m 1`]);

    await consumer.stop();
    await service.send('k4', 4);
    const { code, document } = await service.ops(...command, '--json');
    assert.deepEqual([code, document.undelivered, document.events.length], [0, 4, 4]);
    assert.deepEqual(
      document.events.map(({ event, state }: { event: string; state: string }) => `${event} ${state}`).sort(),
      ['k1-1 dead', 'k2-2 waiting', 'k3-3 skipped', 'k4-4 pending'],
    );
    const { out } = await service.ops(...command, '--limit', '2');
    assert.match(out, /^4 effects of acme since .* are missing\./);
    assert.match(out, /… and 2 more/);
    for (const line of out.split('\n')) assert.ok(line.length <= 100, line);
    const other = await service.ops('undelivered', '--service', service.name, '--tenant', 'umbrella');
    assert.match(other.out, /^Every event of umbrella since .* has had its effect\.\n$/);
  });

  it('names the connection that the events of the tenant wait for', async () => {
    await using service = await createLetterService();
    service.fails = () => {
      throw new UnavailableError('acme/hubspot', { cause: new Error('503') });
    };
    await service.start();
    await service.send('k', 1);
    const command = ['undelivered', '--service', service.name];
    const unavailable = async (tenant: string) =>
      (await service.ops(...command, '--tenant', tenant, '--json')).document.unavailable;
    await until('the connection is listed', async () => (await unavailable('acme')).length === 1);
    const [outage] = await unavailable('acme');
    assert.equal(outage.connection, 'acme/hubspot');
    assert.match((await service.ops(...command, '--tenant', 'acme')).out, /cannot use acme\/hubspot for .*: 503/);
    assert.deepEqual(await unavailable('umbrella'), []);
    service.fails = () => {};
    await until('it is done', async () => (await service.ops(...command, '--tenant', 'acme')).out.startsWith('Every'));
  });
});
