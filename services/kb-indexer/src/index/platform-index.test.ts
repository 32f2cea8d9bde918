import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { createLogger, createRedis } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { eventually } from '@switchboard/stack/until';
import { openArticles } from '../../fixtures/articles.ts';
import { startService } from '../../fixtures/service.ts';

describe("the chatbot platform's knowledge base", () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());
  beforeEach(() => sandbox.reset());

  async function open() {
    const articles = await openArticles();
    const service = await startService(
      articles.optionsWith({
        INDEX: 'platform',
        PLATFORM_URL: `${sandbox.url}/chat`,
        PLATFORM_TOKEN: credentials.chat.apiKey,
      }),
    );
    return {
      articles,
      service,
      async [Symbol.asyncDispose]() {
        await service[Symbol.asyncDispose]();
        await articles[Symbol.asyncDispose]();
      },
    };
  }

  /** The changes that took effect, in order. */
  const effects = () =>
    sandbox
      .effects('chat')
      .filter(({ kind }) => kind === 'effect')
      .map(({ method, body }) => (method === 'PUT' ? `PUT ${(body as { title: string }).title}` : method));

  it('receives and removes the document; late events change nothing', async () => {
    await using opened = await open();
    const { articles } = opened;
    await articles.publish('published', {
      title: 'One',
      content: '<h1>Returns</h1><p>Thirty days.',
      url: 'https://help.example.com/returns',
      locale: 'de_at',
      tags: ['returns'],
      version: 1,
    });
    await eventually(() => assert.deepEqual(effects(), ['PUT One']));
    const [put] = sandbox.effects('chat');
    const id = `local:${articles.topic}-1:de-AT`;
    assert.equal(decodeURIComponent(put?.path ?? ''), `/v1/knowledge/documents/${id}`);
    assert.deepEqual(put?.body, {
      tenant: 'local',
      article_id: `${articles.topic}-1`,
      locale: 'de-AT',
      title: 'One',
      url: 'https://help.example.com/returns',
      tags: ['returns'],
      text: 'Returns\nThirty days.',
      chunks: [{ heading: 'Returns', text: 'Thirty days.' }],
      version: 1,
      updated_at: null,
    });
    await articles.publish('updated', { title: 'Three', locale: 'de-AT', version: 3 });
    await articles.publish('updated', { title: 'Two', locale: 'de-AT', version: 2 });
    await articles.publish('unpublished', { version: 4 });
    await articles.publish('updated', { title: 'Three again', locale: 'de-AT', version: 3 });
    await articles.publish('updated', { title: 'Five', locale: 'de-AT', version: 5 });
    await eventually(() => assert.deepEqual(effects(), ['PUT One', 'PUT Three', 'DELETE', 'PUT Five']));
  });

  it('does not return to an older version if the latest event had none', async () => {
    await using opened = await open();
    const { articles } = opened;
    await articles.publish('published', { title: 'Five', version: 5 });
    await articles.publish('unpublished');
    await articles.publish('updated', { title: 'Four', version: 4 });
    await articles.publish('updated', { title: 'Five again', version: 5 });
    await eventually(() => assert.deepEqual(effects(), ['PUT Five', 'DELETE', 'PUT Five again']));
  });

  it('loses the document without a locale even if Redis has no record of it', async () => {
    await using opened = await open();
    const { articles } = opened;
    const redis = createRedis(testStack().redisUrl, createLogger('test', 'silent'));
    await articles.publish('published', { title: 'One', version: 1 });
    await eventually(async () => assert.equal(await redis.del(`kb-indexer:revisions:local:${articles.topic}-1`), 1));
    redis.disconnect();
    await articles.publish('unpublished', { version: 2 });
    await eventually(() => assert.deepEqual(effects(), ['PUT One', 'DELETE']));
  });

  it('is not asked to remove a document without a locale that is newer or gone', async () => {
    await using opened = await open();
    const { articles } = opened;
    await articles.publish('published', { title: 'Nine', version: 9 });
    await articles.publish('unpublished', { version: 8 });
    await articles.publish('unpublished', { version: 10 });
    await articles.publish('unpublished', { version: 11 });
    await articles.publish('updated', { title: 'Twelve', version: 12 });
    await eventually(() => assert.deepEqual(effects().at(-1), 'PUT Twelve'));
    assert.deepEqual(
      sandbox.effects('chat').map(({ method }) => method),
      ['PUT', 'DELETE', 'PUT'],
    );
    const skipped = 'consumer_nothing_to_do_total{type="article.unpublished",reason="outdated"} 1';
    await eventually(async () => assert.ok((await opened.service.metrics.metrics()).includes(skipped)));
  });

  for (const [what, fault] of [
    ['429', { status: 429, retryAfter: 1, count: 1 }],
    ['500s', { status: 500, count: 2 }],
    ['a lost response', { dropResponse: true, count: 1 }],
    ['malformed JSON', { malformed: true, count: 1 }],
  ] as const) {
    it(`has the latest state after ${what}`, async () => {
      await using opened = await open();
      sandbox.fault('chat', fault);
      await opened.articles.publish('published', { title: 'One', version: 1 });
      await opened.articles.publish('updated', { title: 'Two', version: 2 });
      await eventually(() => assert.equal(effects().at(-1), 'PUT Two'));
      await opened.articles.publish('unpublished', { version: 3 });
      await eventually(() => assert.equal(effects().at(-1), 'DELETE'));
      assert.equal(effects().filter((effect) => effect === 'DELETE').length, 1);
    });
  }

  it('rejects an article permanently: the article becomes a dead letter, and the next one proceeds', async () => {
    await using opened = await open();
    sandbox.fault('chat', { status: 422, count: 1 });
    await opened.articles.publish('published', { title: 'One', version: 1 });
    await opened.articles.publish('updated', { title: 'Two', version: 2 });
    await eventually(() => assert.deepEqual(effects(), ['PUT Two']));
  });
});
