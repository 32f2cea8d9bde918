import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventOf } from '@switchboard/events';
import { eventOf } from '../fixtures/events.ts';
import { bodiesOf, messagesOf } from '../fixtures/office.ts';
import { HOUR, NOON, setStage } from '../fixtures/stage.ts';

const NIGHT = { start: '22:00', end: '07:00' };
const OPT_IN = { topics: { 'message.requested': true } };
const stage = setStage();
const { open, prefer, textsOf, waiting } = stage;

const TEXTS = { en: 'Your order is confirmed.', de: 'Ihre Bestellung ist bestätigt.' };

function requested(id: string, fields: Partial<EventOf<'message.requested'>> = {}): EventOf<'message.requested'> {
  const defaults = { userId: 'jane', conversationId: null, title: null, texts: TEXTS, about: null };
  const rules = { solicited: false, urgent: false, expiresAt: stage.clock + 24 * HOUR };
  return eventOf('message.requested', id, stage.clock, { ...defaults, ...rules, ...fields });
}

describe('a requested message', () => {
  it('is one message in the conversation, however often its event is handled', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, OPT_IN);
    for (let time = 0; time < 3; time += 1) await office.handle(requested('m-1', { conversationId: 'c-1' }));
    assert.deepEqual(bodiesOf(stage.sandbox, 'chat'), [{ user_id: 'jane', conversation_id: 'c-1', message: TEXTS.en }]);
  });

  it('has no conversation if it belongs to none', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, OPT_IN);
    await office.handle(requested('m-1'));
    assert.deepEqual(bodiesOf(stage.sandbox, 'chat'), [{ user_id: 'jane', message: TEXTS.en }]);
  });

  it('needs the opt-in of the person to the topic', async () => {
    const office = await open();
    assert.equal(await office.handle(requested('m-1')), 'not_opted_in');
    await prefer(office, 'jane', { chat: true }, { topics: { 'message.requested': false } });
    assert.equal(await office.handle(requested('m-2')), 'not_opted_in');
    assert.deepEqual(messagesOf(stage.sandbox, 'chat'), []);
  });

  it('is in the language of the person, else the default one, else the first', async () => {
    for (const [locale, texts, expected] of [
      ['de-AT', TEXTS, TEXTS.de],
      ['de', { en: 'yes', 'de-CH': 'ja' }, 'ja'],
      ['fr', TEXTS, TEXTS.en],
      ['fr', { es: 'sí', it: 'sì' }, 'sí'],
    ] as const) {
      stage.sandbox.reset();
      const office = await open();
      await prefer(office, 'jane', { chat: true }, { ...OPT_IN, locale });
      await office.handle(requested(`m-${locale}-${expected}`, { texts }));
      assert.deepEqual(textsOf('chat'), [expected]);
    }
  });

  it('has its title, or the beginning of the text, as the subject of an e-mail', async () => {
    const office = await open();
    await prefer(office, 'jane', { email: true }, { ...OPT_IN, email: 'jane@example.com' });
    await office.handle(requested('m-1', { title: 'Confirmed' }));
    await office.handle(requested('m-2'));
    assert.deepEqual(
      bodiesOf(stage.sandbox, 'smtp').map(({ subject }) => subject),
      ['Confirmed', TEXTS.en],
    );
  });

  it('waits for the end of quiet hours, unless it is urgent; one that has expired by then is not sent', async () => {
    stage.clock = NOON + 11 * HOUR;
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { ...OPT_IN, quietHours: NIGHT, timezone: 'UTC' });
    await office.handle(requested('m-1'));
    assert.deepEqual([textsOf('chat').length, await waiting()], [0, 1]);
    assert.equal(await office.handle(requested('m-2', { expiresAt: stage.clock + HOUR })), 'expired');
    await office.handle(requested('m-3', { urgent: true }));
    assert.equal(textsOf('chat').length, 1);
  });
});

describe('a solicited message', () => {
  it('needs no opt-in and passes quiet hours, digests and the rate limit, by chat only', async () => {
    stage.clock = NOON + 11 * HOUR;
    const office = await open({ variables: { RATE_PER_HOUR: '1' } });
    await office.handle(requested('m-1', { solicited: true }));
    const fields = { quietHours: NIGHT, timezone: 'UTC', digest: 'daily', email: 'jane@example.com' };
    await prefer(office, 'jane', { email: true }, fields);
    for (const id of ['m-2', 'm-3']) await office.handle(requested(id, { solicited: true, conversationId: 'c-1' }));
    assert.equal(textsOf('chat').length, 3);
    assert.deepEqual(messagesOf(stage.sandbox, 'smtp'), []);
  });

  it('is not sent after its time', async () => {
    const office = await open();
    const event = requested('m-1', { solicited: true, expiresAt: stage.clock + HOUR });
    stage.clock += 2 * HOUR;
    assert.equal(await office.handle(event), 'expired');
    assert.deepEqual(messagesOf(stage.sandbox, 'chat'), []);
  });
});
