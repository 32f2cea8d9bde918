import type { ConsumerContext, Handlers } from '@switchboard/consumer';
import { createEventLog, readApiKeys, required } from '@switchboard/service';
import { Counter } from 'prom-client';
import { type KbIndexerConfig, kbIndexerConfig } from './config.ts';
import { type ArticleIndex, embeddedText, type SearchIndex } from './index/article-index.ts';
import { createEmbeddedIndex } from './index/embedded-index.ts';
import { createEmbeddings, type Embeddings } from './index/embeddings.ts';
import { createPostgresIndex } from './index/postgres-index.ts';
import { reembed } from './index/reembedding.ts';
import { onArticlePublished } from './on-article-published.ts';
import { onArticleUnpublished } from './on-article-unpublished.ts';
import { type IndexOfTenant, openPlatforms } from './platforms.ts';
import { createSearch } from './search/search.ts';
import { registerSearch } from './search/search-route.ts';

type Context = Pick<
  ConsumerContext<KbIndexerConfig>,
  'config' | 'logger' | 'metrics' | 'http' | 'health' | 'redis' | 'target' | 'onStop' | 'stopping'
>;

/** The handlers of the configured index, with the search route if the index is our own. */
export async function handlers(context: Context): Promise<Handlers> {
  const place = context.config.INDEX.split(',').find((one) => one !== 'platform');
  const own = place === undefined ? [] : [{ connection: OWN, system: await openOwn(context, place) }];
  const platformsOf = await openPlatforms(context);
  // Every change is safe to repeat: one that reached only some of the indexes reaches all when the event is retried.
  const indexesOf = (tenant: string): readonly IndexOfTenant[] => [...own, ...platformsOf(tenant)];
  const leftOut = new Counter({
    name: 'kb_indexer_chunks_left_out_total',
    help: 'Chunks left out of articles with more than CHUNKS_PER_ARTICLE',
    registers: [context.metrics],
  });
  const put = onArticlePublished({ indexesOf, mostChunks: context.config.CHUNKS_PER_ARTICLE, leftOut });
  const remove = onArticleUnpublished({ indexesOf });
  return { 'article.published': put, 'article.updated': put, 'article.unpublished': remove };
}

/** Our own index holds the articles of all tenants. */
const OWN = { name: 'index', tenant: undefined } as const;

async function openOwn(context: Context, place: string): Promise<ArticleIndex> {
  const { config, logger, http, health, onStop, stopping } = context;
  const apiKeys = readApiKeys(config.SEARCH_API_KEYS, 'SEARCH_API_KEYS');
  const embeddings = openEmbeddings(context);
  const model = embeddings && config.EMBEDDINGS_MODEL;
  const index =
    place === 'postgres'
      ? await createPostgresIndex({
          url: required(kbIndexerConfig, config, 'INDEX=postgres', 'POSTGRES_URL').POSTGRES_URL,
          model,
        })
      : createEmbeddedIndex({
          file: required(kbIndexerConfig, config, 'INDEX=embedded', 'INDEX_FILE').INDEX_FILE,
          model,
        });
  onStop('index', async () => index.close());
  health.add('index', () => index.check(), { required: true });
  const search = createSearch({ index, embeddings, logger });
  registerSearch(http, {
    ...{ search, tenant: config.SEARCH_TENANT, apiKeys, perSecond: config.SEARCH_RATE },
    // Who has searched is written down whatever LOG_SAMPLE says.
    eventLog: createEventLog({ service: 'kb-indexer', level: config.LOG_LEVEL, sample: 1 }),
  });
  if (embeddings !== undefined) {
    const reembedding = reembed({ index, embeddings, logger }, stopping);
    onStop('reembedding', () => reembedding);
  }
  return embedded(index, embeddings);
}

function openEmbeddings({ config, target }: Context): Embeddings | undefined {
  const { EMBEDDINGS_URL: baseUrl, EMBEDDINGS_API_KEY: token } = config;
  if (baseUrl === undefined) return undefined;
  const { EMBEDDINGS_MODEL: model } = required(kbIndexerConfig, config, 'EMBEDDINGS_URL', 'EMBEDDINGS_MODEL');
  const auth = token === undefined ? undefined : ({ kind: 'bearer', token } as const);
  // 64 vectors of 3,072 numbers in JSON, and time for a small model on a CPU.
  const endpoint = target({ name: 'embeddings', baseUrl, auth, timeoutMs: 20_000, maxResponseBytes: 8_388_608 });
  return createEmbeddings(endpoint, model);
}

/** With embeddings, a document is indexed together with its vectors, or waits until they are available. */
const embedded = (index: SearchIndex, embeddings: Embeddings | undefined): ArticleIndex => ({
  async upsert(document, signal) {
    const texts = document.chunks.map((chunk) => embeddedText(document.title, chunk));
    return index.upsert(document, await embeddings?.embed(texts, signal));
  },
  remove: index.remove,
});
