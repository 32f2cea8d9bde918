import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { DeliveryError } from '@switchboard/kafka';
import { startApp } from '../../fixtures/app.ts';

const message = (text: string): string =>
  JSON.stringify({ event_type: 'message_received', sender_id: 'u-1', payload: { text } });
const article = (action: string): string =>
  JSON.stringify({ articleId: 'a-1', action, ...(action === 'unpublished' ? {} : { title: 'T', content: 'C' }) });
const preference = (chat: boolean): string =>
  JSON.stringify({ event: 'preference.updated', data: { userId: 'u-1', channels: { chat } } });

/** The ids under which the bodies were published, in the order of the posts; of a duplicate, the word. */
async function idsOf(t: TestContext, posts: readonly (string | number)[], fails: readonly number[] = []) {
  let attempts = 0;
  const ids: string[] = [];
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 15) });
  const app = await startApp(t, {
    async publish({ topic, headers }) {
      attempts += 1;
      if (fails.includes(attempts)) throw new DeliveryError('TIMEOUT', 'not written');
      assert.notEqual(topic, 'ingest.quarantine');
      ids.push(String(headers?.ce_id));
    },
  });
  const outcomes: string[] = [];
  for (const post of posts) {
    if (typeof post === 'number') {
      t.mock.timers.tick(post);
      continue;
    }
    const { status, text } = await app.post('/webhooks/escalation', post);
    outcomes.push(status !== 200 ? String(status) : text.includes('duplicate') ? 'duplicate' : 'first');
  }
  return { outcomes, ids, count: app.count };
}

describe('a body with neither an id nor a time', () => {
  it('is a repeat for ten seconds, and then another event', async (t) => {
    const { outcomes, ids, count } = await idsOf(t, [
      message('yes'),
      9_000,
      message('yes'),
      message('no'),
      2_000,
      message('yes'),
    ]);
    assert.deepEqual(outcomes, ['first', 'duplicate', 'first', 'first']);
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(await count('ingest_duplicates_total'), { 'escalation message.received body': 1 });
  });

  it('keeps its id until it is acknowledged, so that what a 503 left in Kafka has one effect', async (t) => {
    const { outcomes, ids } = await idsOf(t, [message('yes'), 60_000, message('yes'), 9_000, message('yes')], [1]);
    assert.deepEqual(outcomes, ['503', 'first', 'duplicate']);
    assert.match(ids[0] ?? '', new RegExp(`:${Date.UTC(2026, 0, 15)}-[0-9a-f]{8}$`));
  });

  it('of an article is a repeat only of the last one of that article', async (t) => {
    const posts = ['published', 'published', 'unpublished', 'published', 'published', 'unpublished'].map(article);
    const { outcomes, ids } = await idsOf(t, [...posts, 3_600_000, article('unpublished')]);
    assert.deepEqual(outcomes, ['first', 'duplicate', 'first', 'first', 'duplicate', 'first', 'duplicate']);
    assert.equal(new Set(ids).size, 4);
  });

  it('of a preference is a repeat only of the last one of that person', async (t) => {
    const { outcomes } = await idsOf(t, [preference(true), preference(false), preference(true), preference(true)]);
    assert.deepEqual(outcomes, ['first', 'first', 'first', 'duplicate']);
  });
});
