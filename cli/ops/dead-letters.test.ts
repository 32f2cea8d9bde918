import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PermanentError } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';

const refuse = (): never => {
  throw new PermanentError('REFUSED', 'the outside refuses it');
};

const openLetters = async (service: LetterService, count: number): Promise<void> => {
  await until(`${count} letters are open`, async () => (await service.open()).length === count);
};

describe('dlq list', () => {
  it('shows each open letter once, with its cause, also when a crash has buried it twice', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    await service.start();
    await service.send('conv', 1);
    await openLetters(service, 1);
    const topic = `${service.name}.dlq`;
    const [first] = await service.read(topic);
    await service.publisher.publish({
      topic,
      key: 'acme:conv',
      value: first?.value ?? null,
      headers: { ...first?.headers },
    });
    const { document } = await service.ops('dlq', 'list', '--service', service.name, '--json');
    const [{ letters, count }] = document.services;
    assert.deepEqual(count, { open: 1, redriven: 0, purged: 0, done: 0 });
    assert.deepEqual(
      letters.map(({ code, message, event, key, copies, origin }: Record<string, unknown>) => [
        ...[code, message, event, key, (copies as []).length, (origin as { topic: string }).topic],
      ]),
      [['REFUSED', 'the outside refuses it', 'conv-1', 'acme:conv', 1, service.topic]],
    );
    const { out, code } = await service.ops('dlq', 'list', '--service', service.name);
    assert.equal(code, 0);
    assert.match(out, /REFUSED: the outside refuses it/);
    for (const line of out.split('\n')) assert.ok(line.length <= 100, line);
  });

  it('names 20 copies of a letter, and says that there are more', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    await service.start();
    await service.send('conv', 1);
    await openLetters(service, 1);
    const topic = `${service.name}.dlq`;
    const [first] = await service.read(topic);
    const copy = { topic, key: 'acme:conv', value: first?.value ?? null, headers: { ...first?.headers } };
    const [letter = ''] = await service.open();
    const line = async () => {
      const { out } = await service.ops('dlq', 'show', '--service', service.name, letter);
      return /^copies +(.*)$/m.exec(out)?.[1]?.split(', ') ?? [];
    };
    for (let number = 0; number < 20; number += 1) await service.publisher.publish(copy);
    assert.equal((await line()).length, 20);
    assert.ok(!(await line()).includes('…'));
    await service.publisher.publish(copy);
    assert.deepEqual([(await line()).length, (await line()).at(-1)], [21, '…']);
  });

  it('takes a letter for done whose event had its effect after all', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    await service.start();
    await service.send('conv', 1);
    await openLetters(service, 1);
    const [letter] = await service.read(`${service.name}.dlq`);
    service.fails = () => {};
    // As another operator would, with tools of his own.
    const headers = { ...letter?.headers, redrive: '1' };
    await service.publisher.publish({
      topic: `${service.name}.retry.200ms`,
      key: 'acme:conv',
      value: letter?.value ?? null,
      headers,
    });
    await openLetters(service, 0);
    assert.deepEqual(service.effects, ['conv-1']);
  });

  it('says what to do when the service does not exist', async () => {
    await using service = await createLetterService();
    const { code, err } = await service.ops('dlq', 'list', '--service', 'no-such-service');
    assert.equal(code, 1);
    assert.match(err, /no-such-service has never run here/);
  });
});

describe('the filters', () => {
  it('choose by code, type, source, key, conversation and time', async () => {
    await using service = await createLetterService();
    service.fails = ({ messageId }) => {
      throw new PermanentError(messageId === '1' ? 'ONE' : 'TWO', 'no');
    };
    await service.start();
    for (const key of ['left', 'right']) for (const number of [1, 2]) await service.send(key, number);
    await openLetters(service, 4);
    const chosen = async (...filters: string[]): Promise<string[]> => {
      const { document } = await service.ops(
        'dlq',
        'redrive',
        '--service',
        service.name,
        '--dry-run',
        '--json',
        ...filters,
      );
      return document.letters.map(({ event }: { event: string }) => event).sort();
    };
    const all = ['left-1', 'left-2', 'right-1', 'right-2'];
    assert.deepEqual(await chosen('--all'), all);
    assert.deepEqual(await chosen('--code', 'ONE'), ['left-1', 'right-1']);
    assert.deepEqual(await chosen('--conversation', 'left', '--code', 'TWO'), ['left-2']);
    assert.deepEqual(await chosen('--key', 'acme:right'), ['right-1', 'right-2']);
    assert.deepEqual(await chosen('--source', 'test'), all);
    assert.deepEqual(await chosen('--source', 'other'), []);
    assert.deepEqual(await chosen('--type', 'message.received'), all);
    assert.deepEqual(await chosen('--type', 'order.created'), []);
    assert.deepEqual(await chosen('--since', '1h'), all);
    assert.deepEqual(await chosen('--until', '1h'), []);
  });

  it('must be given, or ids, or --all: nothing is redriven or purged by mistake', async () => {
    await using service = await createLetterService();
    for (const command of ['redrive', 'purge']) {
      const { code, err } = await service.ops('dlq', command, '--service', service.name, '--yes');
      assert.match(err, command === 'purge' ? /--all/ : /--yes does not go with this command/);
      assert.equal(code, 2);
    }
  });
});

describe('a dry run', () => {
  it('changes nothing, and neither does a purge without --yes', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    await service.start();
    for (const number of [1, 2, 3]) await service.send(`conv-${number}`, number);
    await openLetters(service, 3);
    const before = await service.open();
    const redrive = await service.ops('dlq', 'redrive', '--service', service.name, '--all', '--dry-run');
    assert.deepEqual(
      [redrive.code, redrive.out.split('\n')[0]],
      [0, `3 letters of ${service.name} would be redriven.`],
    );
    const dry = await service.ops('dlq', 'purge', '--service', service.name, '--all', '--dry-run', '--yes');
    assert.equal(dry.code, 0);
    const unsure = await service.ops('dlq', 'purge', '--service', service.name, '--all');
    assert.equal(unsure.code, 2);
    assert.match(unsure.out, /add --yes/);
    assert.deepEqual(await service.open(), before);
    assert.deepEqual(await service.read(`${service.name}.retry.200ms`), []);
    assert.deepEqual((await service.read(`${service.name}.dlq`)).length, 3);
  });
});

describe('a purged letter', () => {
  it('is open no longer, and has no effect', async () => {
    await using service = await createLetterService();
    service.fails = refuse;
    await service.start();
    await service.send('conv', 1);
    await service.send('other', 2);
    await openLetters(service, 2);
    const { code } = await service.ops('dlq', 'purge', '--service', service.name, '--conversation', 'conv', '--yes');
    assert.equal(code, 0);
    assert.equal((await service.open()).length, 1);
    const { out } = await service.ops('dlq', 'list', '--service', service.name, '--history');
    assert.match(out, /purged/);
    assert.deepEqual(service.effects, []);
  });

  it('that held its key lets it go on', async () => {
    await using service = await createLetterService();
    service.fails = ({ messageId }) => (messageId === '1' ? refuse() : undefined);
    await service.start({ onDeadLetter: 'hold' });
    for (const number of [1, 2, 3]) await service.send('conv', number);
    await openLetters(service, 1);
    await service.send('witness', 9);
    await until('another key has its effect', () => service.effects.includes('witness-9'));
    await service.ops('dlq', 'purge', '--service', service.name, '--all', '--yes');
    await until('the key goes on', () => service.effects.length === 3);
    assert.deepEqual(service.effects, ['witness-9', 'conv-2', 'conv-3']);
  });
});
