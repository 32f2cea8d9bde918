import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startServer, type TestServer } from '@switchboard/outbound/fixtures/server';
import { until } from '@switchboard/stack/until';
import { type Articles, openArticles } from '../fixtures/articles.ts';
import { startService } from '../fixtures/service.ts';

/** A knowledge base of one tenant. */
interface Platform extends TestServer {
  /** Answers every request; 200 takes it. */
  status: number;
  /** What it took, in order: the titles of the articles. */
  readonly titles: string[];
  readonly tokens: Set<string | undefined>;
}

async function startPlatform(): Promise<Platform> {
  const titles: string[] = [];
  const tokens = new Set<string | undefined>();
  const server = await startServer((response, { headers, body }) => {
    tokens.add(headers.authorization);
    if (platform.status === 200) titles.push((JSON.parse(body) as { title: string }).title);
    response.writeHead(platform.status).end();
  });
  const platform: Platform = { ...server, status: 200, titles, tokens };
  return platform;
}

/** The service with the knowledge bases of tenants, and none of all. */
async function open(t: TestContext, articles: Articles, platforms: Readonly<Record<string, Platform>>) {
  const folder = await mkdtemp(join(tmpdir(), 'connections-'));
  t.after(() => rm(folder, { recursive: true }));
  const connections = Object.fromEntries(
    Object.entries(platforms).map(([tenant, { url }]) => {
      const auth = { kind: 'bearer', token: { file: tenant } };
      return [tenant, { own: { role: 'knowledge', kind: 'platform', url, auth } }];
    }),
  );
  for (const tenant of Object.keys(platforms)) await writeFile(join(folder, tenant), `secret of ${tenant}`);
  const CONNECTIONS_FILE = join(folder, 'c.yaml');
  await writeFile(CONNECTIONS_FILE, JSON.stringify({ connections }));
  return startService(articles.optionsWith({ INDEX: 'platform', CONNECTIONS_FILE }));
}

describe('the knowledge bases of tenants', () => {
  it('get the articles of their tenant with their own credentials; a tenant without one is skipped', async (t) => {
    await using articles = await openArticles();
    await using acme = await startPlatform();
    await using umbrella = await startPlatform();
    await using service = await open(t, articles, { acme, umbrella });
    for (const tenant of ['acme', 'umbrella', 'initech']) {
      await articles.publish('published', { title: `of ${tenant}` }, tenant);
    }
    await until('both have theirs', () => acme.titles.length === 1 && umbrella.titles.length === 1);
    assert.deepEqual([acme.titles, umbrella.titles], [['of acme'], ['of umbrella']]);
    assert.deepEqual([...acme.tokens, ...umbrella.tokens], ['Bearer secret of acme', 'Bearer secret of umbrella']);
    const skipped = 'consumer_nothing_to_do_total{type="article.published",reason="no_knowledge"} 1';
    await until('the tenant without one is skipped', async () => (await service.metrics.metrics()).includes(skipped));
  });

  it('hold up only their own tenant while they are down, and then get its articles in order', async (t) => {
    await using articles = await openArticles();
    await using well = await startPlatform();
    await using down = await startPlatform();
    down.status = 503;
    await using _service = await open(t, articles, { well, down });
    const titles = Array.from({ length: 20 }, (_, number) => `version ${number}`);
    for (const [version, title] of titles.entries()) {
      for (const tenant of ['down', 'well']) await articles.publish('updated', { title, version }, tenant);
    }
    await until('the one that works has all', () => well.titles.length === titles.length);
    assert.deepEqual([well.titles, down.titles], [titles, []]);
    down.status = 200;
    await until('the other has all', () => down.titles.length === titles.length);
    assert.deepEqual(down.titles, titles);
  });
});
