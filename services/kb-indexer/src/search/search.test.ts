import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '@switchboard/consumer';
import { createLogger, type EventLine, readApiKeys } from '@switchboard/service';
import fc from 'fast-check';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { Passage } from '../index/article-index.ts';
import { type Phrase, phrasesOf, tellingPhrases } from './query.ts';
import { createSearch, fuse } from './search.ts';
import { registerSearch } from './search-route.ts';
import { snippetOf } from './snippet.ts';

const passage = (articleId: string, locale = '', text = 'text'): Passage => ({
  articleId,
  locale,
  title: articleId,
  url: null,
  tags: [],
  heading: '',
  text,
});

const order = (rankings: Passage[][], wanted = '') => fuse(rankings, wanted).map((found) => found.passage.title);

describe('the fusion of rankings', () => {
  it('ranks hits of both rankings above hits of one', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => passage(id)) as [Passage, Passage, Passage];
    assert.deepEqual(
      order([
        [a, b],
        [a, c],
      ]),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(
      order([
        [a, b],
        [b, c],
      ]),
      ['b', 'a', 'c'],
    );
    assert.deepEqual(fuse([[a], [a]], '')[0]?.score, 1);
  });

  it('returns an article once, in the nearest locale', () => {
    const found = fuse([[passage('a', 'de'), passage('b'), passage('a', 'de-AT'), passage('a', 'de')]], 'de-AT');
    assert.deepEqual(
      found.map(({ passage: { articleId, locale } }) => `${articleId} ${locale}`),
      ['a de-AT', 'b '],
    );
  });
});

it('a search omits very common words unless the question has no others', () => {
  const chunks = new Map([
    ['how', 20_000],
    ['to', 1_001],
    ['refund', 1_000],
  ]);
  const termsOf = (text: string) =>
    tellingPhrases(phrasesOf(text), (term) => chunks.get(term) ?? 0).flatMap(({ terms }) => terms);
  assert.deepEqual(termsOf('how to refund'), ['refund']);
  assert.deepEqual(termsOf('how to'), ['how', 'to']);
});

it('a search falls back to common words if the others match nothing', async () => {
  const asked: string[] = [];
  const search = createSearch({
    index: {
      async matching(phrases, match) {
        asked.push(`${match} ${phrases.map(({ terms }) => terms).join(' ')}`);
        return match === 'any' && phrases.length > 1 ? [passage('a')] : [];
      },
      telling: async (phrases) => phrases.slice(-1),
      nearest: async () => [],
    },
    logger: { warn: () => {} },
  });
  assert.equal((await search({ tenant: 'local', text: 'how to refnud', limit: 10 })).hits.length, 1);
  assert.deepEqual(asked, ['all how to refnud', 'any refnud', 'any how to refnud']);
});

describe('a snippet', () => {
  const text =
    `${'Filling words here. '.repeat(40)}The Größe of the label matters. ${'More of them. '.repeat(40)}`.trim();

  it('shows the part with the most words of the question, in whole words', () => {
    const snippet = snippetOf(text, phrasesOf('groesse grosse lab'));
    assert.match(snippet, /^….* The Größe of the label .*…$/);
  });

  it('is a part of the text of at most 240 characters, and splits no character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 2_000 }),
        fc.string({ maxLength: 20 }),
        (whole, question) => {
          const snippet = snippetOf(whole, phrasesOf(question));
          assert.ok(snippet.length <= 242);
          // What stands for half a character may also stand in the text.
          const plain = (text: string): string => text.replaceAll('\ufffd', '');
          if (whole.isWellFormed()) assert.ok(plain(whole).includes(plain(snippet.replace(/^…|…$/g, ''))));
        },
      ),
    );
  });

  it('is the beginning if no word matches, also of a text without spaces', () => {
    assert.match(snippetOf(text, []), /^Filling words.*…$/);
    assert.equal(snippetOf('x'.repeat(1_000), []).length, 241);
  });
});

const apiKeys = readApiKeys('acme=acme-key-0123456789,acme=acme-key-9876543210,*=every-key-0123456789', 'KEYS');

describe('GET /v1/search', () => {
  function app(matching: () => Promise<Passage[]>) {
    const asked: unknown[] = [];
    const index = {
      matching: (...given: unknown[]) => {
        asked.push(given);
        return matching();
      },
      telling: async (phrases: readonly Phrase[]) => phrases,
      nearest: async () => [],
    };
    const lines: string[] = [];
    const write = (line: string) => {
      const { route, reason, count } = JSON.parse(line);
      if (route !== undefined) lines.push(`${route} ${reason} ${count}`);
    };
    const http = Fastify({ loggerInstance: createLogger('kb-indexer', 'info', { write }) as FastifyBaseLogger });
    registerSearch(http, { search: createSearch({ index, logger: { warn: () => {} } }), tenant: 'local', apiKeys });
    return { http, asked, lines };
  }

  it('answers JSON, also of what would be markup', async () => {
    const { http, asked } = app(async () => [
      passage('<img src=x onerror=alert(1)>', 'de', '<script>alert(1)</script>'),
    ]);
    const response = await http.inject('/v1/search?q=script&locale=de_AT&tag=a&limit=3');
    assert.match(String(response.headers['content-type']), /^application\/json/);
    assert.equal(response.headers['x-content-type-options'], 'nosniff');
    assert.deepEqual(response.json().hits[0].snippet, '<script>alert(1)</script>');
    assert.deepEqual(asked, [
      [[{ terms: ['script'], prefix: true }], 'all', { tenant: 'local', language: 'de', tag: 'a' }, 100],
    ]);
  });

  it('asks strangers for a key, which opens its own tenant only', async () => {
    const { http, asked, lines } = app(async () => []);
    const search = (key?: string, query = '', headers: Record<string, string> = {}) =>
      http.inject({
        url: `/v1/search?q=a${query}`,
        remoteAddress: '192.0.2.1',
        headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      });
    for (const key of [undefined, '', 'acme', 'acme-key-0123456788', 'acme=acme-key-0123456789']) {
      const response = await search(key);
      assert.equal(response.statusCode, 401, key);
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
      assert.equal(response.headers['www-authenticate'], 'Bearer');
      assert.equal(response.json().code, 'UNAUTHORIZED');
    }
    assert.deepEqual(asked, []);
    assert.deepEqual(lines, ['/v1/search no_key 1', '/v1/search wrong_key 1']);
    const tenants = async (...given: Parameters<typeof search>): Promise<unknown> => {
      asked.length = 0;
      const { statusCode } = await search(...given);
      return statusCode === 200 ? (asked as { tenant: string }[][])[0]?.[2]?.tenant : statusCode;
    };
    assert.equal(await tenants('acme-key-0123456789'), 'acme');
    assert.equal(await tenants('acme-key-9876543210', '&tenant=acme'), 'acme');
    assert.equal(await tenants('acme-key-0123456789', '&tenant=other'), 403);
    assert.equal(await tenants('every-key-0123456789'), 'local');
    assert.equal(await tenants('every-key-0123456789', '&tenant=other'), 'other');
  });

  it('limits the searches of each holder of a key, and logs each search without its words', async () => {
    const lines: { line: EventLine }[] = [];
    const http = Fastify();
    registerSearch(http, {
      search: async () => ({ mode: 'keyword', hits: [] }),
      tenant: 'local',
      apiKeys,
      perSecond: 1,
      eventLog: { takes: () => true, write: (_, line) => void lines.push({ line }), flush: () => {} },
    });
    const search = (key: string) =>
      http.inject({ url: '/v1/search?q=secret', headers: { authorization: `Bearer ${key}` } });
    const statuses = async (key: string) => {
      const answers = [await search(key), await search(key), await search(key)];
      return answers.map(({ statusCode, headers }) => `${statusCode} ${headers['retry-after'] ?? ''}`.trim());
    };
    assert.deepEqual(await statuses('acme-key-0123456789'), ['200', '200', '429 1']);
    assert.deepEqual(await statuses('every-key-0123456789'), ['200', '200', '429 1']);
    const [first] = lines.map(({ line: { ms: _, ...line } }) => line);
    assert.deepEqual(first, { holder: 'acme', tenant: 'acme', mode: 'keyword', hits: 0 });
    assert.equal(lines.length, 4);
  });

  it('does not treat proxied requests or other host names as local', async () => {
    const { http } = app(async () => []);
    for (const headers of [{ 'x-forwarded-for': '192.0.2.1' }, { forwarded: 'for=x' }, { host: 'rebound.example' }]) {
      assert.equal((await http.inject({ url: '/v1/search?q=a', headers })).statusCode, 401);
    }
    const wrong = { authorization: 'Bearer acme-key-0000000000' };
    assert.equal((await http.inject({ url: '/v1/search?q=a', headers: wrong })).statusCode, 401);
  });

  for (const [query, problem] of [
    ['', /q/],
    ['q=', /q/],
    ['q=a&q=b', /q/],
    ['q=a&limit=0', /limit/],
    ['q=a&limit=51', /limit/],
    ['q=a&limit=x', /limit/],
    ['q=a&locale=de;drop', /locale/],
    ['q=a&tag=', /tag/],
    ['q=a&tenant=', /tenant/],
  ] as const) {
    it(`answers ?${query} with a problem that names what is wrong`, async () => {
      const response = await app(async () => []).http.inject(`/v1/search?${query}`);
      assert.equal(response.statusCode, 400);
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
      assert.match(response.json().detail, problem);
      assert.equal(response.json().code, 'INVALID_REQUEST');
    });
  }

  for (const [error, status, code] of [
    [new Error('password=secret'), 500, 'INTERNAL'],
    [new UnavailableError('postgres', { cause: new Error('password=secret') }), 503, 'UNAVAILABLE'],
  ] as const) {
    it(`answers ${status} to a ${error.name} of the index, and says nothing of why`, async () => {
      const { http } = app(() => Promise.reject(error));
      const response = await http.inject('/v1/search?q=a');
      assert.equal(response.statusCode, status);
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
      assert.equal(response.json().code, code);
      assert.doesNotMatch(response.payload, /secret/);
    });
  }
});
