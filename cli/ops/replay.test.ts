import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PermanentError } from '@switchboard/consumer';
import { beginReplay, readReplays, replayRanges, sendReplay } from '@switchboard/consumer/operate';
import { catalogue } from '@switchboard/events';
import type { Publisher } from '@switchboard/kafka';
import { deleteRecordsBefore } from '@switchboard/kafka/fixtures/administration';
import { until } from '@switchboard/stack/until';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';
import { randomMark } from '../fixtures/mark.ts';

const TYPES = ['--types', 'message.received'];
const all = ({ name }: LetterService) => ['replay', '--service', name, '--tenant', 'acme', '--since', '1h', ...TYPES];

/** Every key has its effects in order; a key comes `times` times. */
function assertInOrder(effects: readonly string[], perKey: number): void {
  const byKey = Map.groupBy(effects, (effect) => effect.slice(0, effect.lastIndexOf('-')));
  for (const [key, ofKey] of byKey) {
    const expected = Array.from({ length: perKey }, (_, number) => `${key}-${number}`);
    assert.deepEqual(ofKey, expected, key);
  }
}

async function sendAll(service: LetterService, keys: number, perKey: number): Promise<void> {
  for (let number = 0; number < perKey; number += 1)
    await Promise.all(Array.from({ length: keys }, (_, key) => service.send(`k${key}`, number)));
}

/** Nothing waits in its topics. */
async function isThrough(service: LetterService): Promise<boolean> {
  const { document } = await service.ops('lag', '--service', service.name, '--json');
  const [{ sources, chain }] = document.services;
  return [...sources, ...chain].every(({ records }: { records: number }) => records === 0);
}

/** A publisher that is killed after so many records of a retry topic. */
function dying({ publisher }: LetterService, topic: string, after: number): Publisher {
  let count = 0;
  return {
    ...publisher,
    publish(record) {
      if (record.topic === topic) count += 1;
      return count > after ? Promise.reject(new Error('killed')) : publisher.publish(record);
    },
  };
}

describe('ops replay', () => {
  it('gives each event one more effect a replay, in the order of its key, and tells what became of it', async () => {
    await using service = await createLetterService();
    await service.start();
    await sendAll(service, 10, 5);
    await until('all had their effect', () => service.effects.length === 50);

    const { document: first } = await service.ops(...all(service), '--rate', '5000', '--json');
    assert.deepEqual([first.sent, first.complete, first.tenant], [50, true, 'acme']);
    await until('all had their effect again', () => service.effects.length === 100);
    assertInOrder(service.effects.slice(50), 5);

    const again = ['replay', '--service', service.name, '--replay', String(first.replay)];
    const { code, out } = await service.ops(...again);
    assert.deepEqual([code, out], [0, `Replay ${first.replay} of ${service.name} is complete: it sent 50 events.\n`]);

    const { document: second } = await service.ops(...all(service), '--rate', '5000', '--json');
    assert.ok(second.replay > first.replay);
    await until('all had their effect a third time', () => service.effects.length === 150);
    await until('nothing is left', () => isThrough(service));
    assert.equal(service.effects.length, 150);
  });

  it('keeps the bytes, the key, the partition and the headers of the sender, and says where the event was', async () => {
    await using service = await createLetterService();
    const consumer = await service.start();
    await service.send('k', 1);
    await until('it had its effect', () => service.effects.length === 1);
    await consumer.stop();
    const { document } = await service.ops(...all(service), '--json');
    const [[source], [sent]] = [await service.read(service.topic), await service.read(`${service.name}.retry.200ms`)];
    assert.deepEqual([sent?.value, sent?.key, sent?.partition], [source?.value, source?.key, source?.partition]);
    assert.deepEqual(sent?.headers, {
      ...source?.headers,
      'origin-topic': service.topic,
      'origin-partition': String(source?.partition),
      'origin-offset': String(source?.offset),
      'origin-timestamp': String(source?.timestamp),
      replay: String(document.replay),
    });
  });

  it('killed half-way and continued with its number, has one effect each', async () => {
    await using service = await createLetterService();
    const { connection, name, topic } = service;
    await service.start();
    await sendAll(service, 20, 10);
    await until('all had their effect', () => service.effects.length === 200);
    const selection = { service: name, tenant: 'acme', types: ['message.received'], since: 0, until: Date.now() };
    const ranges = await replayRanges(connection, [topic], selection);
    const begun = await beginReplay(connection, service.publisher.publish, selection, ranges);
    const retryTopic = `${name}.retry.200ms`;
    const options = { connection, retryTopic, rate: 50_000 };
    await assert.rejects(sendReplay(begun, { ...options, publisher: dying(service, retryTopic, 90) }), /killed/);
    // As a process that died before it wrote its progress: it sends what it has sent once more.
    await assert.rejects(sendReplay(begun, { ...options, publisher: dying(service, retryTopic, 120) }), /killed/);
    assert.equal((await readReplays(connection, name)).at(-1)?.number, begun.number);

    const { code } = await service.ops('replay', '--service', name, '--replay', String(begun.number), '--rate', '5000');
    assert.equal(code, 0);
    await until('nothing is left', () => isThrough(service));
    assert.ok((await service.read(retryTopic)).length > 200, 'some were sent more than once');
    assert.equal(service.effects.length, 400);
    assertInOrder(service.effects.slice(200), 10);
  });

  it('takes its events through retries in order, and dead letters of it are redriven by themselves', async () => {
    await using service = await createLetterService();
    const consumer = await service.start();
    await sendAll(service, 3, 4);
    await until('all had their effect', () => service.effects.length === 12);
    let failures = 0;
    service.fails = ({ messageId, meta }) => {
      if (meta.id === 'k0-1' && failures < 2) {
        failures += 1;
        throw new Error('not now');
      }
      if (meta.id === 'k1-2') throw new PermanentError('REFUSED', `no ${messageId}`);
    };
    const { document } = await service.ops(...all(service), '--json');
    await until('all but one had their effect again', () => service.effects.length === 23);
    await until('one is dead', () => consumer.state().counts.dead === 1);
    const again = service.effects.slice(12);
    assertInOrder(
      again.filter((id) => !id.startsWith('k1')),
      4,
    );

    const [letter] = (await service.ops('dlq', 'list', '--service', service.name, '--json')).document.services[0]
      .letters;
    assert.deepEqual([letter.event, letter.replay], ['k1-2', document.replay]);
    service.fails = () => {};
    await service.ops('dlq', 'redrive', '--service', service.name, '--all');
    await until('it had its effect again', () => service.effects.length === 24);
    await until('its letter is done', async () => (await service.open()).length === 0);
  });

  it('is shown with each event that it sent', async () => {
    await using service = await createLetterService(catalogue['message.received'].topic);
    await service.start();
    const key = randomMark();
    const since = new Date().toISOString();
    await service.send(key, 1);
    await until('it had its effect', () => service.effects.includes(`${key}-1`));
    service.fails = ({ meta }) => {
      if (meta.id === `${key}-1`) throw new PermanentError('REFUSED', 'no');
    };
    const { document } = await service.ops(...all(service).with(6, since), '--rate', '5000', '--json');
    const event = ['event', `${key}-1`, '--service', service.name];
    const found = async () => (await service.ops(...event, '--json')).document.events[0].services[0];
    await until('its replay is dead', async () => (await found()).replays[0].state === 'dead');
    const { state, replays } = await found();
    assert.deepEqual([state, replays.length], ['done', 1]);
    assert.deepEqual([replays[0].replay, replays[0].code], [document.replay, 'REFUSED']);
    assert.match((await service.ops(...event)).out, new RegExp(`replay ${document.replay} +dead +letter`));
  });

  it('counts and shows what it would send with --dry-run, and sends nothing', async () => {
    await using service = await createLetterService();
    const consumer = await service.start();
    await sendAll(service, 4, 2);
    await until('all had their effect', () => service.effects.length === 8);
    const { code, out, document } = await service.ops(...all(service), '--dry-run', '--json');
    assert.deepEqual([code, document.events, document.byType], [0, 8, { 'message.received': 8 }]);
    assert.equal(document.first.length, 5);
    assert.match((await service.ops(...all(service), '--dry-run')).out, /^8 events of acme from .* would go to/);
    assert.ok(out.length > 0);
    assert.deepEqual(await readReplays(service.connection, service.name), []);
    assert.equal((await service.read(`${service.name}.retry.200ms`)).length, 0);
    const other = await service.ops(...all(service).with(4, 'umbrella'), '--dry-run', '--json');
    assert.equal(other.document.events, 0);
    assert.equal(consumer.state().counts.done, 8);
  });

  it('refuses what makes no sense, and says what Kafka no longer has', async () => {
    await using service = await createLetterService();
    await service.start();
    const { name } = service;
    const wrong: readonly (readonly [argv: readonly string[], code: number, sentence: RegExp])[] = [
      [['--service', 'crm-snyc', '--all', '--since', '1h'], 1, /There is no service crm-snyc/],
      [['--service', name, '--since', '1h', ...TYPES], 2, /Say whose events: --tenant/],
      [['--service', name, '--all', ...TYPES], 2, /Say from when on/],
      [['--service', name, '--all', '--since', '1h', '--until', '2h', ...TYPES], 2, /--since is before --until/],
      [['--service', name, '--all', '--since', '1h'], 2, /Say which events letters-\w+ handles/],
      [['--service', name, '--all', '--since', '1h', '--types', 'no.such'], 2, /There is no event type no\.such/],
      [['--service', 'crm-sync', '--all', '--since', '1h', '--types', 'order.created'], 2, /does not handle order/],
      [['--service', name, '--replay', '7'], 1, /has no replay 7\./],
      [['--service', name, '--replay', '7', '--since', '1h'], 2, /leave the others out/],
    ];
    for (const [argv, expected, sentence] of wrong) {
      const { code, err } = await service.ops('replay', ...argv);
      assert.match(err, sentence);
      assert.equal(code, expected);
    }
    for (const number of [1, 2, 3]) await service.send('k', number);
    await until('they had their effect', () => service.effects.length === 3);
    const [{ partition = 0 } = {}] = await service.read(service.topic);
    await deleteRecordsBefore(service.connection, { topic: service.topic, partition, offset: 2 });
    const { code, err } = await service.ops(...all(service));
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Kafka has deleted events that you ask for: ${service.topic} before 20`));
    assert.equal((await service.ops(...all(service), '--force')).code, 0);
    await until('what is left had its effect again', () => service.effects.length === 4);
  });
});
