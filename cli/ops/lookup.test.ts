import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { noteMade, PermanentError } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
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
    // Long enough for all that is looked up while it waits there.
    const limits = { retryDelays: ['300ms', '20s'] };
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
      return state === 'waiting' && topic === `${service.name}.retry.20s`;
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

  it('shows what the event made in an outside system, as its service has noted it', async () => {
    await using service = await createLetterService(TOPIC);
    const key = `conv-${randomUUID()}`;
    const made = { system: 'zendesk', id: '17', url: 'https://acme.example/tickets/17' };
    service.fails = (_, { signal }) => noteMade(signal, made);
    await service.start();
    await service.send(key, 1);
    await until('it is noted', async () => (await stateOf(service, `${key}-1`))?.effect !== undefined);
    assert.deepEqual((await stateOf(service, `${key}-1`)).effect, made);
    const { out } = await service.ops('event', `${key}-1`, '--service', service.name, '--since', '10m');
    assert.match(out.replaceAll(/\s+/g, ' '), /done zendesk 17, https:\/\/acme\.example\/tickets\/17/);
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

  it('tells why an event had no effect, and whether a service reads the topic at all', async () => {
    await using service = await createLetterService(TOPIC);
    await using other = await createLetterService();
    const key = `conv-${randomUUID()}`;
    const ask = (name: string) => service.ops('event', `${key}-1`, '--service', name, '--since', '10m');
    await (await other.start()).stop();
    await service.send(key, 1);
    assert.match((await ask(other.name)).out, /unread +nothing of it runs, and it has committed nothing in this topic/);
    await other.start();
    assert.match((await ask(other.name)).out, /elsewhere +it does not read this topic\n/);
    service.fails = (_, context) => context.skip('not_opted_in');
    await service.start();
    await until('it is done', async () => (await stateOf(service, `${key}-1`))?.state === 'done');
    await until('the reason is known', async () => (await stateOf(service, `${key}-1`)).reason === 'not_opted_in');
    assert.match((await ask(service.name)).out, /done +nothing to do: not_opted_in\n/);
  });

  it('takes the beginning of an id, asks when several begin so, and points at the other look-up', async () => {
    await using service = await createLetterService(TOPIC);
    const key = `conv-${randomUUID()}`;
    await (await service.start()).stop();
    for (const number of [11, 12, 21]) await service.send(key, number);
    const ask = (...what: string[]) => service.ops(...what, '--service', service.name, '--since', '10m');
    const one = await ask('event', `${key}-2`, '--json');
    assert.deepEqual([one.code, one.document.events.map(({ event }: { event: string }) => event)], [0, [`${key}-21`]]);
    const several = await ask('event', `${key}-1`);
    assert.equal(several.code, 1);
    for (const id of [`${key}-11`, `${key}-12`]) assert.ok(several.out.includes(id), several.out);
    assert.match((await ask('event', `acme:${key}`)).out, /it is the key of 3 events; `conversation` shows them/);
    assert.match((await ask('conversation', `${key}-11`)).out, /it is the id of an event; `event` shows it/);
    const latest = await ask('conversation', key, '--limit', '1');
    assert.match(latest.out, /^The latest 1; 2 earlier events with a higher --limit\./);
    assert.ok(latest.out.includes(`${key}-21`) && !latest.out.includes(`${key}-11`), latest.out);
  });
});
