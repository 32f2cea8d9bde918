import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { catalogue } from '@switchboard/events';
import { assertNeverFreezes, assertNoFreeze } from '@switchboard/events/fixtures';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { agreed, eventOf } from '../fixtures/events.ts';
import { messagesOf, type Office, openOffice } from '../fixtures/office.ts';
import { openPlace, type Place } from '../fixtures/redis.ts';
import { notifiedTypes } from './notifications.ts';

let place: Place;
let sandbox: Sandbox;
let office: Office;
before(async () => {
  place = await openPlace();
  sandbox = await startSandbox();
  const variables = { RATE_PER_HOUR: '1000000' };
  office = await openOffice({ place, sandbox, now: Date.now, variables });
});
after(async () => {
  await office.close();
  await place.close();
  await sandbox.close();
});

/** People who receive every message on every channel. */
async function agree(...people: string[]): Promise<void> {
  const channels = { chat: true, slack: true, email: true, webhook: true };
  const webhookUrl = `${sandbox.url}/webhook/jane`;
  const addresses = { email: 'jane@example.com', slackUserId: 'U0JANE00', webhookUrl };
  for (const userId of people) {
    await office.handle(eventOf('preference.updated', `p-${userId}`, Date.now(), agreed(userId, channels, addresses)));
  }
}

describe('an event with a megabyte of one repeated text in any field holds up nothing', () => {
  for (const type of notifiedTypes) {
    it(type, async () => {
      const { userId, userIds = [] } = catalogue[type].example as { userId?: string; userIds?: string[] };
      await agree(...(userId === undefined ? userIds : [userId, ...userIds]));
      await assertNeverFreezes(type, async (event) => {
        sandbox.reset();
        await office.handle(event);
      });
    });
  }

  it('preference.updated', () => assertNeverFreezes('preference.updated', office.handle));
});

it('a language tag that was stored before there were bounds, or came from Kafka, says nothing about its reader', async () => {
  await agree('reader');
  const locale = '-'.repeat(60_000);
  await place.redis.hset(`${place.name}:preference:acme:reader`, 'locale', `1:${JSON.stringify(locale)}`);
  sandbox.reset();
  const event = { ...eventOf('order.shipped', 'evt-stored', Date.now(), { userId: 'reader' }), locale };
  await assertNoFreeze('a stored locale of 60,000 dashes', () => office.handle(event));
  assert.match(JSON.stringify(messagesOf(sandbox, 'chat')), /is on its way/);
});
