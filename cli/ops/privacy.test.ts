import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { PermanentError } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
import { createLetterService } from '../fixtures/letter-service.ts';
import { createPrivacy } from './privacy.ts';

describe('what ops prints', () => {
  it('holds no e-mail, number or text of a person, unless --reveal is given', async () => {
    await using service = await createLetterService('chat.conversations');
    const mark = String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
    const canaries = [`+49151${mark}99`, `anna.${mark}@example.com`, `my cat ${randomUUID()} is ill`] as const;
    const [phone, email, text] = canaries;
    service.fails = ({ customer }) => {
      throw new PermanentError('REFUSED', `${customer?.email} or ${customer?.phone} is unknown`);
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
    const { out } = await service.ops('dlq', 'show', '--service', service.name, letter);
    for (const shown of ['"type": "message.received"', '"tenant": "acme"', '"messageId": "1"', '"occurredAt": "20']) {
      assert.ok(out.includes(shown), out);
    }
    const revealed = await service.ops('dlq', 'show', '--service', service.name, letter, '--reveal');
    for (const canary of canaries) assert.ok(revealed.out.includes(canary), revealed.out);
  });
});

describe('a payload', () => {
  const { payload } = createPrivacy(false);

  it('shows ids, times, fixed words and numbers of an event, and the kind of everything else', () => {
    const event = {
      meta: { id: 'e-1', type: 'order.created', receivedAt: 1_768_471_200_000, extra: '{"a": 1}' },
      ...{ orderId: '4500123456', userId: '+49 170 5550199', status: 'paid', currency: 'EUR', total: 12.5 },
      ...{ email: 'eva@example.org', phone: '+491705550199', customerName: 'Eva', locale: 'my cat is ill' },
      items: [{ sku: 'A-1', name: 'Boots', quantity: 2 }],
      consent: true,
    };
    assert.deepEqual(payload(event, 'commerce.orders'), {
      meta: { id: 'e-1', type: 'order.created', receivedAt: '2026-01-15T10:00:00.000Z', extra: '[text, 8 characters]' },
      ...{ orderId: '4500123456', userId: '[text, 15 characters]', status: 'paid', currency: 'EUR', total: 12.5 },
      ...{ email: '[text, 15 characters]', phone: '[text, 13 characters]', customerName: '[text, 3 characters]' },
      locale: '[text, 13 characters]',
      items: [{ sku: 'A-1', name: '[text, 5 characters]', quantity: 2 }],
      consent: true,
    });
  });

  it('of unknown shape shows no numbers, and no id that is a number of a person', () => {
    assert.deepEqual(payload({ id: '491705550199', age: 43, conversation_id: 'c-1', user_id: 'eva@example.org' }), {
      ...{ id: '[number]', age: '[number]', conversation_id: 'c-1', user_id: '[e-mail]' },
    });
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
    for (const topic of ['commerce.subscriptions', 'people.customers'])
      assert.equal(id('acme:4915123456789', topic), 'acme:[number]', topic);
    assert.equal(id('4915123456789:1768471200:message.received', 'chat.conversations').startsWith('[number]'), true);
  });
});
