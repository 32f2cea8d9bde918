import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAvailability, UnavailableError } from '@switchboard/consumer';
import { readConnectionNotes } from '@switchboard/consumer/operate';
import { clusterId } from '@switchboard/kafka';
import { until } from '@switchboard/stack/until';
import { createLetterService } from '../fixtures/letter-service.ts';

describe('ops connections', () => {
  it('lists what is unavailable, since when and why, while the rest of the service goes on', async () => {
    await using service = await createLetterService();
    service.fails = ({ meta }) => {
      if (meta.id.startsWith('down')) throw new UnavailableError('acme/hubspot', { cause: new Error('503') });
    };
    const availability = createAvailability();
    availability.knows('umbrella/hubspot');
    await service.start({}, { availability });
    await service.send('down', 1);
    const command = ['connections', '--service', service.name];
    const found = async (...more: string[]) => (await service.ops(...command, ...more, '--json')).document;
    await service.send('up', 1);
    await until('the other key goes on', () => service.effects.includes('up-1'));
    await until('the event waits for it', async () => (await found()).connections[0]?.waiting === 1);
    const { unavailable, connections } = await found();
    assert.deepEqual([unavailable, connections.length], [1, 1]);
    const [{ connection, state, lastError }] = connections;
    assert.deepEqual([connection, state], ['acme/hubspot', 'unavailable']);
    assert.match(lastError, /acme\/hubspot is unavailable: 503/);
    assert.deepEqual((await found('--tenant', 'umbrella')).connections, []);

    const { out } = await service.ops(...command);
    assert.match(out, /^1 connection of 1 unavailable\. Events that need it wait; the others go on\./);
    for (const line of out.split('\n')) assert.ok(line.length <= 100, line);
    const lag = await service.ops('lag', '--service', service.name);
    assert.match(lag.out, /WAITING .*: acme\/hubspot unavailable, see `connections`/);

    service.fails = () => {};
    await until('it is done', () => service.effects.includes('down-1'));
    await until('it is available', async () => (await found()).unavailable === 0);
    assert.match((await service.ops(...command)).out, /^All \d connections? that were used in the last 7 days/);
  });

  it('tells when a connection was used last, by any instance', async () => {
    await using service = await createLetterService();
    const availability = createAvailability();
    const consumer = await service.start({}, { availability });
    availability.succeeded('acme/hubspot');
    availability.failed('umbrella/zendesk', { why: '503: no capacity', retryAfterMs: 0 });
    // The notes are written at the end, at the latest.
    await consumer.stop();
    const scoped = { redis: service.redis, scope: await clusterId(service.connection) };
    await until('they are noted', async () => (await readConnectionNotes(scoped, service.name)).size === 2);
    const notes = await readConnectionNotes(scoped, service.name);
    assert.ok((notes.get('acme/hubspot')?.succeededAt ?? 0) > Date.now() - 60_000);
    assert.equal(notes.get('umbrella/zendesk')?.why, '503: no capacity');
    const { document } = await service.ops('connections', '--service', service.name, '--all', '--json');
    assert.deepEqual(
      document.connections.map(({ connection, state }: { connection: string; state: string }) => [connection, state]),
      [
        ['acme/hubspot', 'available'],
        ['umbrella/zendesk', 'available'],
      ],
    );
  });
});
