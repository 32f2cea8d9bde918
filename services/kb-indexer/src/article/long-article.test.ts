import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type AnyEvent, catalogue } from '@switchboard/events';
import { documentWith } from '../../fixtures/document.ts';
import { openShelf, type Shelf } from '../../fixtures/shelf.ts';

describe('an article with more chunks than the limit', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-kb-'));
  });
  after(() => rm(folder, { recursive: true }));

  const articleOf = (content: string, version: number): AnyEvent => {
    const meta = { id: `e-${version}`, source: 'cms', tenant: 'local', occurredAt: 1, receivedAt: 1, extra: null };
    const fields = { ...catalogue['article.published'].example, articleId: 'long-1', locale: null, updatedAt: null };
    return { ...fields, meta: { ...meta, type: 'article.published' }, content, version } as unknown as AnyEvent;
  };
  const found = async ({ http }: Shelf, q: string): Promise<number> =>
    (await http.inject(`/v1/search?q=${q}`)).json().hits.length;

  it('is found by its beginning and title, and the log and metric report what is missing', async () => {
    await using shelf = await openShelf({ INDEX_FILE: join(folder, 'index.db'), CHUNKS_PER_ARTICLE: '3' });
    const sections = Array.from({ length: 10 }, (_, index) => `<h2>Part ${index}</h2><p>word${index}</p>`);
    await shelf.handle(articleOf(sections.join(''), 1));
    assert.equal(await found(shelf, 'word2'), 1);
    assert.equal(await found(shelf, 'word3'), 0);
    assert.match(await shelf.scrape(), /^kb_indexer_chunks_left_out_total 7$/m);
    const [line = ''] = shelf.logged;
    const { articleId, chunks, leftOut } = JSON.parse(line);
    assert.deepEqual([articleId, chunks, leftOut], ['long-1', 3, 7]);
    assert.equal(shelf.logged.length, 1);

    await shelf.handle(articleOf(sections.slice(0, 3).join(''), 2));
    assert.match(await shelf.scrape(), /^kb_indexer_chunks_left_out_total 7$/m);
    assert.equal(shelf.logged.length, 1);
  });

  it('is limited to 500 chunks by default', async () => {
    await using shelf = await openShelf({ INDEX_FILE: join(folder, 'default.db') });
    await shelf.handle(articleOf('<h1>a'.repeat(60_000), 1));
    assert.equal(JSON.parse(shelf.logged[0] ?? '').chunks, 500);
  });
});

it('headings above very many sections do not exceed the length limit of an article', () => {
  const long = 'h'.repeat(190);
  const above = [1, 2, 3, 4, 5].map((level) => `<h${level}>${long}</h${level}>`).join('');
  const { text } = documentWith({ content: above + '<h6>x</h6>y'.repeat(50_000) });
  assert.equal(text.length, 1_048_576);
});
