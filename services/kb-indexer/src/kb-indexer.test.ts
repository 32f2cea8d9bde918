import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { RunningConsumer } from '@switchboard/consumer/fixtures';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { type Postgres, startPostgres } from '@switchboard/stack/postgres';
import { eventually, until } from '@switchboard/stack/until';
import { type Articles, openArticles } from '../fixtures/articles.ts';
import { createDatabase } from '../fixtures/database.ts';
import { get, spawnService, startService } from '../fixtures/service.ts';
import type { SearchResult } from './search/search.ts';

const search = async (service: RunningConsumer, query: Record<string, string>): Promise<SearchResult> => {
  const { status, body } = await get(service, `/v1/search?${new URLSearchParams(query)}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body as SearchResult;
};

const titles = async (service: RunningConsumer, q: string): Promise<string[]> =>
  (await search(service, { q, limit: '50' })).hits.map(({ title }) => title).toSorted();

const found = (service: RunningConsumer, q: string, expected: readonly string[]): Promise<void> =>
  eventually(async () => assert.deepEqual(await titles(service, q), expected));

describe('kb-indexer', () => {
  let articles: Articles;
  let folder: string;
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres[Symbol.asyncDispose]());
  beforeEach(async () => {
    articles = await openArticles();
    folder = await mkdtemp(join(tmpdir(), 'switchboard-kb-'));
  });
  afterEach(async () => {
    await articles[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const kinds = {
    embedded: async () => ({ INDEX_FILE: join(folder, 'index.db') }),
    postgres: async () => ({ INDEX: 'postgres', POSTGRES_URL: await createDatabase(postgres) }),
  };

  for (const [kind, variablesFor] of Object.entries(kinds)) {
    describe(`with the ${kind} index`, () => {
      it('finds a published article, then its update, and nothing once it is unpublished', async () => {
        await using service = await startService(articles.optionsWith(await variablesFor()));
        await articles.publish('published', {
          title: 'Old',
          content: '<nav>menu</nav><p>thirty days',
          version: 1,
          tags: ['a'],
        });
        await found(service, 'thirty', ['Old']);
        assert.deepEqual(await titles(service, 'menu'), []);
        await articles.publish('updated', { title: 'New', content: '<p>sixty days', version: 2 });
        await found(service, 'sixty', ['New']);
        assert.deepEqual(await titles(service, 'thirty'), []);
        await articles.publish('unpublished', { version: 3 });
        await found(service, 'sixty', []);
        // A late event; the marker shows that it was handled.
        await articles.publish('updated', { title: 'Late', content: '<p>sixty days', version: 2 });
        await articles.publish('updated', { title: 'Marker', content: '<p>marker', version: 4 });
        await found(service, 'marker', ['Marker']);
        assert.deepEqual(await titles(service, 'sixty'), []);
      });

      it('has one document after ten copies of an event', async () => {
        await using service = await startService(articles.optionsWith(await variablesFor()));
        const event = await articles.publish('published', { title: 'Once', content: 'parcel' });
        for (let time = 1; time < 10; time += 1) await articles.repeat(event);
        await articles.publish('published', {
          articleId: `${articles.topic}-marker`,
          title: 'Marker',
          content: 'parcel',
        });
        await found(service, 'parcel', ['Marker', 'Once']);
      });

      it('has every article once after a kill halfway', async () => {
        const options = articles.optionsWith(await variablesFor());
        const content = '<p>parcel</p>'.repeat(200);
        const numbers = Array.from({ length: 200 }, (_, number) => number);
        const worker = await spawnService(options);
        await Promise.all(
          numbers.map((number) =>
            articles.publish('published', {
              articleId: `${articles.topic}-${number}`,
              title: `Article ${number}`,
              content,
              tags: [String(number % 10)],
            }),
          ),
        );
        await until('part of the articles is indexed', async () => {
          const { body } = await worker.get('/v1/search?q=parcel&limit=50');
          return (body as SearchResult).hits.length >= 20;
        });
        await worker.kill();
        await using service = await startService(options);
        const expected = numbers.map((number) => `Article ${number}`).toSorted();
        await eventually(async () => {
          const searches = numbers
            .slice(0, 10)
            .map((tag) => search(service, { q: 'parcel', tag: String(tag), limit: '50' }));
          const hits = (await Promise.all(searches)).flatMap(({ hits }) => hits);
          assert.deepEqual(hits.map(({ title }) => title).toSorted(), expected);
        });
      });
    });
  }

  describe('with embeddings', () => {
    let sandbox: Sandbox;
    before(async () => {
      sandbox = await startSandbox();
    });
    after(() => sandbox.close());
    beforeEach(() => sandbox.reset());
    const variables = async () => ({
      ...(await kinds.embedded()),
      EMBEDDINGS_URL: `${sandbox.url}/embeddings/v1`,
      EMBEDDINGS_API_KEY: credentials.embeddings.apiKey,
      EMBEDDINGS_MODEL: 'local',
    });

    it('searches by words and vectors, and by words alone while the endpoint is down', async () => {
      await using service = await startService(articles.optionsWith(await variables()));
      await articles.publish('published', { title: 'Refunds', content: 'Your money comes back.' });
      await until(
        'it also searches by vectors',
        async () => (await search(service, { q: 'refunding' })).mode === 'hybrid',
      );
      await found(service, 'refunding', ['Refunds']);
      sandbox.fault('embeddings', { status: 500 });
      assert.deepEqual(await search(service, { q: 'refunding' }), { mode: 'keyword', hits: [] });
      assert.equal((await search(service, { q: 'refunds' })).hits.length, 1);
    });

    it('waits with an article until it can be embedded, and loses none', async () => {
      await using service = await startService(articles.optionsWith(await variables()));
      sandbox.fault('embeddings', { status: 503 });
      const numbers = Array.from({ length: 30 }, (_, number) => number);
      for (const number of numbers) {
        await articles.publish('published', {
          articleId: `${articles.topic}-${number}`,
          title: `Article ${number}`,
          content: 'parcel',
        });
      }
      await until('the endpoint was called', () => sandbox.effects('embeddings').length > 0);
      assert.deepEqual(await titles(service, 'parcel'), []);
      sandbox.reset();
      await found(service, 'parcel', numbers.map((number) => `Article ${number}`).toSorted());
    });

    it('embeds articles later that were indexed without embeddings', async () => {
      {
        await using service = await startService(articles.optionsWith(await kinds.embedded()));
        await articles.publish('published', { title: 'Refunds', content: 'Your money comes back.' });
        await found(service, 'refunds', ['Refunds']);
        assert.deepEqual(await titles(service, 'refunding'), []);
      }
      await using service = await startService(articles.optionsWith(await variables()));
      await found(service, 'refunding', ['Refunds']);
    });
  });
});
