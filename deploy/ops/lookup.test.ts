import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { PermanentError } from '@switchboard/kafka';
import { until } from '@switchboard/local/until';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';

const TOPIC = 'chat.conversations';

async function lookUp(service: LetterService, ...what: string[]) {
  const { document } = await service.ops(...what, '--service', service.name, '--since', '10m', '--json');
  return document.events;
}

async function stateOf(service: LetterService, id: string) {
  const [event] = await lookUp(service, 'event', id);
  return event?.services[0];
}

describe('ops event', () => {
  it('tells where the event was accepted, and what the service does with it, from first to last', async () => {
    await using service = await createLetterService(TOPIC);
    const key = `conv-${randomUUID()}`;
    const limits = { retryDelays: ['300ms', '6s'] };
    service.fails = ({ meta }) => {
      if (meta.id === `${key}-2`) throw new PermanentError('REFUSED', 'no');
      if (meta.id === `${key}-3`) throw new Error('not now');
    };
    const before = await service.start(limits);
    await service.send(key, 0);
    await until('it is done', async () => (await stateOf(service, `${key}-0`))?.state === 'done');
    await before.stop();
    await service.send(key, 1);
    const [event] = await lookUp(service, 'event', `${key}-1`);
    assert.deepEqual(
      [event.event, event.type, event.source, event.key, event.topic],
      [`${key}-1`, 'message.received', '/acme/test', `acme:${key}`, TOPIC],
    );
    assert.ok(Math.abs(Date.parse(event.acceptedAt) - Date.now()) < 60_000);
    assert.deepEqual(event.services, [{ service: service.name, state: 'pending', before: event.services[0].before }]);

    const consumer = await service.start(limits);
    await until('it is done', () => service.effects.includes(`${key}-1`));
    await until('it is known to be done', async () => (await stateOf(service, `${key}-1`)).state === 'done');

    await service.send(key, 2);
    await until('it is dead', async () => (await stateOf(service, `${key}-2`)).state === 'dead');
    assert.equal((await stateOf(service, `${key}-2`)).code, 'REFUSED');

    await service.send(key, 3);
    await service.send(key, 4);
    await until('it waits in the second tier', async () => {
      const { state, topic } = await stateOf(service, `${key}-3`);
      return state === 'waiting' && topic === `${service.name}.retry.6s`;
    });
    await until('the next one waits behind it', async () => {
      const { state, ahead } = await stateOf(service, `${key}-4`);
      return state === 'waiting' && ahead === 1;
    });
    const { out } = await service.ops('event', `${key}-4`, '--service', service.name, '--since', '10m');
    assert.match(out.replaceAll(/\s+/g, ' '), /behind 1 event of its key/);
    for (const line of out.split('\n')) assert.ok(line.length <= 100, line);

    await service.send(key, 5, { type: 'conversation.resolved' });
    await until('what it does not handle is skipped', async () => {
      return (await stateOf(service, `${key}-5`)).state === 'skipped';
    });

    await consumer.stop();
    await service.ops('dlq', 'redrive', '--service', service.name, '--all');
    assert.equal((await stateOf(service, `${key}-2`)).state, 'redriven');
    service.fails = () => {};
    await service.start(limits);
    await until('all are done', async () => {
      const events = await lookUp(service, 'conversation', key);
      const states = events.map(({ services }: { services: { state: string }[] }) => services[0]?.state);
      return states.join() === 'done,done,done,done,done,skipped';
    });
  });

  it('says which dead event holds the key, and that a purged one was given up', async () => {
    await using service = await createLetterService(TOPIC);
    const key = `conv-${randomUUID()}`;
    service.fails = ({ messageId }) => {
      if (messageId === '1') throw new PermanentError('REFUSED', 'no');
    };
    await service.start({ onDeadLetter: 'hold' });
    for (const number of [1, 2]) await service.send(key, number);
    await until('the key is held', async () => (await stateOf(service, `${key}-2`)).heldBy?.endsWith(`:${key}-1`));
    await service.ops('dlq', 'purge', '--service', service.name, '--all', '--yes');
    assert.equal((await stateOf(service, `${key}-1`)).state, 'purged');
  });

  it('fails when nothing of that was accepted in that time', async () => {
    await using service = await createLetterService(TOPIC);
    const id = randomUUID();
    const { code, out } = await service.ops('event', id, '--since', '1m');
    assert.equal(code, 1);
    assert.match(out, /look further back with --since/);
  });
});

describe('ops lag', () => {
  it('tells how many records a service is behind, how old the oldest is, and that nothing of it runs', async () => {
    await using service = await createLetterService();
    const consumer = await service.start();
    await service.send('conv', 1);
    await until('it is done', () => service.effects.length === 1);
    await consumer.stop();
    for (const number of [2, 3, 4]) await service.send('conv', number);
    const sentAt = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const { document } = await service.ops('lag', '--service', service.name, '--json');
    const [{ members, sources, deadLetters }] = document.services;
    assert.deepEqual([members, sources[0].records, deadLetters], [0, 3, 0]);
    assert.ok(sources[0].seconds >= 1.5 && sources[0].seconds < (Date.now() - sentAt) / 1_000 + 1, sources[0].seconds);
    assert.equal(sources[0].event, 'conv-2');
    const { out } = await service.ops('lag', '--service', service.name);
    assert.match(out, /nothing of it runs/);
  });

  it('tells all but the dead letters while Redis does not answer', async () => {
    await using service = await createLetterService();
    await (await service.start()).stop();
    const away = { REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, out, err } = await service.opsWith(away, 'lag', '--service', service.name);
    assert.deepEqual([code, out.includes(`${service.name}.retry.200ms`)], [0, true]);
    assert.match(out, new RegExp(`${service.name}\\.dlq +\\?`));
    assert.match(err, /Redis does not answer at 127\.0\.0\.1:1/);
  });

  it('does not take a misspelt service for one of which nothing runs', async () => {
    await using service = await createLetterService();
    const { code, err } = await service.ops('lag', '--service', 'tickting');
    assert.equal(code, 1);
    assert.match(err, /^There is no service tickting, .*ticketing/);
  });

  it('tells what waits in the chain, and until when', async () => {
    await using service = await createLetterService();
    service.fails = () => {
      throw new Error('not now');
    };
    const consumer = await service.start({ retryDelays: ['1m'] });
    await service.send('conv', 1);
    await until('it waits', () => consumer.state().delayed === 1);
    await until('its source is committed', async () => {
      const { document } = await service.ops('lag', '--service', service.name, '--json');
      const [{ members, sources, chain }] = document.services;
      return members === 1 && sources[0].records === 0 && chain[0].records === 1 && chain[0].overdueSeconds < 0;
    });
    assert.match((await service.ops('lag', '--service', service.name)).out, /\.retry\.1m +1 .* next in \d+ s/);
  });
});
