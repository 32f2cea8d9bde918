import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { PermanentError } from '@switchboard/kafka';
import { until } from '@switchboard/local/until';
import { createLetterService } from '../fixtures/letter-service.ts';
import { createPrivacy } from './privacy.ts';

describe('what ops prints', () => {
  it('holds no e-mail, number or text of a person, unless --reveal is given', async () => {
    await using service = await createLetterService('chat.conversations');
    const mark = String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
    const canaries = [`+49151${mark}99`, `anna.${mark}@example.com`, `my cat ${randomUUID()} is ill`] as const;
    const [phone, email, text] = canaries;
    service.fails = ({ customer }) => {
      throw new PermanentError('REFUSED', `nobody like ${customer?.email} or ${customer?.phone} is known`);
    };
    const customer = { id: null, name: null, locale: null, email, phone };
    await service.send(phone, 1, { text, customer: customer as never });
    await service.send(email, 2, { text, customer: customer as never });
    await service.publisher.publish({
      topic: 'ingest.quarantine',
      key: null,
      value: Buffer.from(JSON.stringify({ event: 'message.received', data: { text, email, [phone]: 1 } })),
      headers: { source: service.name, tenant: 'acme', reason: 'schema', problems: `data.${phone} is unknown` },
    });
    await service.start();
    await until('both are dead', async () => (await service.open()).length >= 2);
    const { document } = await service.ops('quarantine', 'list', '--source', service.name, '--json');
    const [letter = ''] = (
      await service.ops('dlq', 'list', '--service', service.name, '--key', phone, '--json')
    ).document.services[0].letters.map((one: { letter: string }) => one.letter);
    const commands = [
      ['dlq', 'list', '--service', service.name],
      ['dlq', 'show', '--service', service.name, letter],
      ['dlq', 'redrive', '--service', service.name, '--all', '--dry-run'],
      ['dlq', 'purge', '--service', service.name, '--all', '--dry-run'],
      ['event', `${phone}-1`, '--service', service.name, '--since', '10m'],
      ['conversation', email, '--service', service.name, '--since', '10m'],
      ['quarantine', 'list', '--source', service.name],
      ['quarantine', 'show', document.bodies[0].id],
      ['quarantine', 'resubmit', '--source', service.name, '--dry-run'],
      ['lag', '--service', service.name],
    ];
    for (const command of commands) {
      for (const format of [[], ['--json']]) {
        const { code, out, err } = await service.ops(...command, ...format);
        assert.equal(code, 0, `${command.join(' ')}: ${err}`);
        for (const canary of canaries)
          assert.ok(!`${out}${err}`.includes(canary), `${command.join(' ')} shows ${canary}`);
      }
    }
    const revealed = await service.ops('dlq', 'show', '--service', service.name, letter, '--reveal');
    for (const canary of canaries) assert.ok(revealed.out.includes(canary), revealed.out);
  });
});

describe('ids', () => {
  const { id } = createPrivacy(false);

  it('stay, so that an operator can ask for them', () => {
    assert.equal(id('acme:conv-20260115-4711', 'chat.conversations'), 'acme:conv-20260115-4711');
    assert.equal(id('acme:4500123456', 'commerce.orders'), 'acme:4500123456');
    assert.equal(id('acme:inc-1', 'ops.incidents'), 'acme:inc-1');
  });

  it('are hidden where they are an address or a number of a person', () => {
    assert.equal(id('acme:a@b.de', 'chat.conversations'), 'acme:[e-mail]');
    assert.equal(id('acme:+49 151 2345678', 'people.preferences'), 'acme:[number]');
    assert.equal(id('4915123456789:1768471200:message.received', 'chat.conversations').startsWith('[number]'), true);
  });
});
