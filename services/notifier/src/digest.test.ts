import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import { eventOf } from '../fixtures/events.ts';
import { bodiesOf, messagesOf, type Office } from '../fixtures/office.ts';
import { HOUR, MINUTE, NOON, setStage } from '../fixtures/stage.ts';

const stage = setStage();
const { open, prefer, shipped, textsOf, waiting, settled, counted } = stage;

describe('a digest', () => {
  it('is one message of all that was gathered; what comes later is in the next', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true, email: true }, { digest: 'hourly', email: 'jane@example.com' });
    for (const number of [1, 2, 3]) {
      stage.clock += MINUTE;
      await office.handle(shipped(`e-${number}`, { orderId: `o-${number}`, orderNumber: null }));
      await office.handle(shipped(`e-${number}`, { orderId: `o-${number}`, orderNumber: null }));
    }
    assert.deepEqual(stage.sandbox.effects(), []);
    stage.clock = NOON + HOUR;
    await eventually(() => assert.equal(textsOf('chat').length + messagesOf(stage.sandbox, 'smtp').length, 2));
    await settled();
    assert.match(
      textsOf('chat')[0] ?? '',
      /^Here is what is new:\n\nYour order o-1.*\n\nYour order o-2.*\n\nYour order o-3/s,
    );
    assert.equal(bodiesOf(stage.sandbox, 'smtp')[0]?.subject, 'Your news (3)');
    await office.handle(shipped('e-3'));
    await office.handle(shipped('e-4'));
    stage.clock = NOON + 2 * HOUR;
    await eventually(() => assert.equal(textsOf('chat').length, 2));
    assert.doesNotMatch(textsOf('chat')[1] ?? '', /o-3/);
  });

  it('of very much says how much it is, and as much of it as a message holds', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true, email: true }, { digest: 'hourly', email: 'jane@example.com' });
    const long = 'x'.repeat(900);
    for (let number = 0; number < 40; number += 1) await office.handle({ ...shipped(`e-${number}`), carrier: long });
    stage.clock = NOON + HOUR;
    await eventually(() => assert.equal(textsOf('chat').length + messagesOf(stage.sandbox, 'smtp').length, 2));
    assert.ok(textsOf('chat')[0]?.endsWith('\n\n…'));
    assert.equal(bodiesOf(stage.sandbox, 'smtp')[0]?.subject, 'Your news (40)');
    assert.equal(await counted(office, 'dead'), 0);
  });

  it('whose answer is lost is sent again as it was', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { digest: 'hourly' });
    for (const number of [1, 2]) await office.handle(shipped(`e-${number}`, { orderId: `o-${number}` }));
    stage.sandbox.fault('chat', { dropResponse: true, count: 1 });
    stage.clock = NOON + HOUR;
    await eventually(async () => assert.equal(await counted(office, 'retried'), 2));
    stage.clock += 1;
    await prefer(office, 'jane', { chat: true }, { digest: 'hourly', locale: 'de' });
    stage.clock += HOUR;
    await eventually(async () => assert.equal(await waiting(), 0));
    assert.equal(textsOf('chat').length, 1);
    assert.equal(await counted(office, 'dead'), 0);
  });

  describe('whose first tries did not get through tells only of what is wanted then:', () => {
    /** Two messages are gathered, and two tries fail, one before and one after what happens. */
    async function withTrouble(happens: (office: Office) => Promise<void>): Promise<Office> {
      const office = await open();
      await prefer(office, 'jane', { chat: true }, { digest: 'hourly' });
      await office.handle(eventOf('order.created', 'e-1', stage.clock, { userId: 'jane' }));
      await office.handle(shipped('e-2'));
      stage.sandbox.fault('chat', { status: 500, count: 2 });
      stage.clock = NOON + HOUR;
      await eventually(async () => assert.equal(await counted(office, 'retried'), 2));
      await happens(office);
      await eventually(async () => assert.equal(await counted(office, 'retried'), 4));
      stage.clock += HOUR;
      await eventually(async () => assert.equal(await waiting(), 0));
      const [text = '', ...others] = textsOf('chat');
      assert.deepEqual(others, []);
      assert.match(text, /Your order #1001 is on its way/);
      assert.doesNotMatch(text, /Thank you/);
      assert.equal(await counted(office, 'sent'), 1);
      return office;
    }

    it('not of what is pointless by then', async () => {
      const office = await withTrouble(async () => {
        stage.clock = NOON + 24 * HOUR;
      });
      assert.equal(await counted(office, 'expired'), 1);
    });

    it('not of what the person does not want any more', async () => {
      const office = await withTrouble(async (office) => {
        stage.clock += 1;
        await prefer(office, 'jane', { chat: true }, { digest: 'hourly', topics: { 'order.created': false } });
        stage.clock += HOUR;
      });
      assert.equal(await counted(office, 'not_opted_in'), 1);
    });
  });
});
