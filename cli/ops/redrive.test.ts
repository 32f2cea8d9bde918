import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PermanentError } from '@switchboard/consumer';
import { readDeadLetters, redrive } from '@switchboard/consumer/operate';
import { clusterId, type StoredRecord } from '@switchboard/kafka';
import { writeRaw } from '@switchboard/kafka/fixtures/raw-records';
import { until } from '@switchboard/stack/until';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';

const refuse = (): never => {
  throw new PermanentError('REFUSED', 'no');
};

function assertOneEach(effects: readonly string[], count: number): void {
  assert.equal(new Set(effects).size, effects.length, 'none came twice');
  assert.equal(effects.length, count);
}

/** Nothing waits in its retry topics. */
async function isThrough(service: LetterService): Promise<boolean> {
  const { document } = await service.ops('lag', '--service', service.name, '--json');
  return document.services[0].chain.every(({ records }: { records: number }) => records === 0);
}

const placesOf = (records: readonly StoredRecord[]): string[] =>
  records.map(({ headers }) => `${headers['origin-partition']}:${headers['origin-offset']}`);

describe('dlq redrive', () => {
  it('killed between the record and its bookkeeping sends it again, without a second effect', async () => {
    const count = 300;
    await using service = await createLetterService();
    const { connection, publisher, name } = service;
    const consumer = await service.deadLetter(count);
    await consumer.stop();
    const retryTopic = `${name}.retry.200ms`;
    let [sent, notes] = [0, 0];
    // Every third note is lost, as if the process had died before it; and in the end it dies before the record.
    const dying: typeof publisher = {
      ...publisher,
      publish(record) {
        if (record.topic === retryTopic) {
          sent += 1;
          return sent > 200 ? Promise.reject(new Error('killed')) : publisher.publish(record);
        }
        notes += 1;
        return notes % 3 === 0 ? Promise.resolve() : publisher.publish(record);
      },
    };
    const letters = await readDeadLetters(
      connection,
      { redis: service.redis, scope: await clusterId(connection) },
      name,
    );
    await assert.rejects(redrive(letters, { connection, publisher: dying, retryTopic, rate: 5_000 }), /killed/);
    const command = ['dlq', 'redrive', '--service', name, '--all', '--rate', '5000', '--json'];
    const { document } = await service.ops(...command);
    assert.deepEqual([document.redriven, document.left], [166, 0]);
    assert.equal((await service.read(retryTopic)).length, 366, 'some were sent twice');

    // Of those that were sent twice, some die again, and once.
    service.fails = ({ messageId }) => (Number(messageId) % 3 === 0 ? refuse() : undefined);
    await service.start();
    await until('all were read', () => isThrough(service));
    const again = (await service.read(`${name}.dlq`)).filter(({ headers }) => headers.redrive === '1');
    assert.equal(new Set(placesOf(again)).size, 100);
    assert.equal(again.length, 100);
    assertOneEach(service.effects, 200);
    service.fails = () => {};
    assert.equal((await service.ops(...command)).document.redriven, 100);
    await until('all were read', () => isThrough(service));
    assertOneEach(service.effects, count);
  });

  it('sends the bytes as they were into the first retry topic of that service, to their partition', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    const consumer = await service.start();
    const value = Buffer.from([0, 0, 0, 0, 1, 255, 254, 0]);
    const headers = {
      ce_id: 'e-1',
      ce_source: '/acme/test',
      ce_type: 'message.received',
      'x-raw': Buffer.from([255, 0]),
    };
    await service.publisher.publish({ topic: service.topic, key: 'acme:k', value, headers: headers as never });
    await until('it is dead', () => consumer.state().counts.dead === 1);
    const [letter] = await service.read(`${service.name}.dlq`);
    const { out } = await service.ops('dlq', 'redrive', '--service', service.name, '--all');
    assert.equal(out, `Redrove 1 letter of ${service.name} into ${service.name}.retry.200ms.\n`);
    const [sent] = await service.read(`${service.name}.retry.200ms`);
    assert.deepEqual(sent?.value, value);
    assert.deepEqual(sent?.headerBytes['x-raw'], Buffer.from([255, 0]));
    assert.deepEqual(sent?.headers, {
      ce_id: 'e-1',
      ce_source: '/acme/test',
      ce_type: 'message.received',
      'x-raw': sent?.headers['x-raw'],
      'origin-topic': service.topic,
      'origin-partition': letter?.headers['origin-partition'],
      'origin-offset': '0',
      'origin-timestamp': letter?.headers['origin-timestamp'],
      redrive: '1',
    });
    assert.equal(sent?.partition, Number(letter?.headers['origin-partition']));
    await until('it is dead again', () => consumer.state().counts.dead === 2);
  });

  it('refuses a letter that came back three times, unless it is forced', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    const consumer = await service.start();
    await service.send('conv', 1);
    const command = ['dlq', 'redrive', '--service', service.name, '--all', '--json'];
    for (let redrives = 0; redrives < 3; redrives += 1) {
      await until('it is dead', () => consumer.state().counts.dead === redrives + 1);
      const { code, document } = await service.ops(...command);
      assert.deepEqual([code, document.redriven], [0, 1]);
    }
    await until('it is dead once more', () => consumer.state().counts.dead === 4);
    assert.equal((await service.open()).length, 1, 'its four letters are one');
    const refused = await service.ops(...command);
    assert.deepEqual([refused.code, refused.document.redriven, refused.document.refused.length], [1, 0, 1]);
    service.fails = () => {};
    assert.equal((await service.ops(...command, '--force')).code, 0);
    await until('it has its effect', () => service.effects.length === 1);
  });

  it('lets a key that was held go on in order', async () => {
    await using service = await createLetterService();
    service.fails = ({ messageId }) => (messageId === '1' ? refuse() : undefined);
    const consumer = await service.start({ onDeadLetter: 'hold' });
    for (const number of [1, 2, 3]) await service.send('conv', number);
    await until('the key is held', () => consumer.state().counts.dead === 1 && consumer.state().delayed > 0);
    service.fails = () => {};
    await service.ops('dlq', 'redrive', '--service', service.name, '--all');
    await until('all have their effect', () => service.effects.length === 3);
    assert.deepEqual(service.effects, ['conv-1', 'conv-2', 'conv-3']);
  });

  it('sends the earlier event of a key first, and waits in the topic for a service that does not run', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    const consumer = await service.start();
    for (const number of [1, 2, 3, 4]) await service.send('conv', number);
    await until('they are dead', () => consumer.state().counts.dead === 4);
    await consumer.stop();
    const { err } = await service.ops('dlq', 'redrive', '--service', service.name, '--all');
    assert.match(err, new RegExp(`Nothing of ${service.name} runs`));
    service.fails = () => {};
    await service.start();
    await until('all have their effect', () => service.effects.length === 4);
    assert.deepEqual(service.effects, ['conv-1', 'conv-2', 'conv-3', 'conv-4']);
  });

  it('takes letters as large as the chain does, and leaves one that is larger where it is', async () => {
    await using service = await createLetterService();
    await (await service.start()).stop();
    const headers = [...Object.entries({ ce_id: 'e', ce_source: '/acme/test', ce_type: 'message.received' })];
    const MIB = 1024 * 1024;
    await writeRaw(
      service.connection,
      [10, 2.5 * MIB, 3 * MIB - 2_048].map((bytes, index) => ({
        topic: `${service.name}.dlq`,
        headers: [
          ...headers,
          ['origin-topic', 't'],
          ['origin-offset', `${index}`],
          ['origin-partition', '99'],
        ] as const,
        key: Buffer.from('acme:conv'),
        value: Buffer.alloc(bytes),
      })),
    );
    const { code, err, document } = await service.ops('dlq', 'redrive', '--service', service.name, '--all', '--json');
    assert.deepEqual([code, document.redriven, document.left], [1, 2, 1]);
    assert.match(err, /0-2 stays a dead letter: The record has \d+ bytes, more than/);
    assert.equal((await service.open()).length, 1);
  });

  it('says what became of a letter that was redriven, and that there is nothing to redrive', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    const consumer = await service.start();
    await service.send('conv', 1);
    await until('it is dead', () => consumer.state().counts.dead === 1);
    const [first = ''] = await service.open();
    await service.ops('dlq', 'redrive', '--service', service.name, first);
    await until('it is dead again', () => consumer.state().counts.dead === 2);
    const [second = ''] = await service.open();
    for (const command of ['show', 'redrive']) {
      const { code, err } = await service.ops('dlq', command, '--service', service.name, first);
      assert.equal(code, 1);
      assert.match(
        err,
        new RegExp(`^The letter ${first} was redriven, last at 20.*, and died again: it is ${second} now, open\\.`),
      );
    }
    service.fails = () => {};
    await service.ops('dlq', 'redrive', '--service', service.name, second);
    await until('it is done', async () => (await service.open()).length === 0);
    const again = await service.ops('dlq', 'redrive', '--service', service.name, second);
    assert.deepEqual([again.code, again.out], [0, `Nothing to redrive: no open letter of ${service.name} matches.\n`]);
    assert.match(again.err, new RegExp(`${second} is (redriven since 20.*|done) already\\.`));
  });
});
