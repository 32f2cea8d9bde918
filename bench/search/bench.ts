import { join } from 'node:path';
import {
  createEmbeddedIndex,
  createPostgresIndex,
  createSearch,
  type Document,
  type SearchIndex,
  type SearchQuery,
} from '@switchboard/kb-indexer';
import { startPostgres } from '@switchboard/stack/postgres';
import type { Bench, Comparison } from '../comparison.ts';
import { percentile } from '../statistics.ts';
import { article, randomNumbers, randomWord, vectorOf } from './articles.ts';
import { createBareFts5, createLinearScan } from './references.ts';

const ARTICLES = 10_000;
const QUERIES = 200;
const MODEL = 'bench';

/** Search by words, and by words and vectors, in both indexes, compared with the underlying engines. */
export const search: Bench = async ({ rounds, directory, resources, progress }) => {
  const documents = Array.from({ length: ARTICLES }, (_, number) => article(number));
  const vectors = documents.map(({ chunks }) => chunks.map(({ text }) => vectorOf(text)));
  const postgres = resources.use(await startPostgres({ progress }));
  const indexes = {
    embedded: createEmbeddedIndex({ file: join(directory, 'index.db'), model: MODEL }),
    Postgres: await createPostgresIndex({ url: postgres.url, model: MODEL }),
  };
  const fts5 = createBareFts5(documents);
  const scan = createLinearScan(vectors.flat());
  const results: Comparison[] = [];
  for (const [name, index] of Object.entries(indexes)) {
    resources.defer(async () => index.close());
    progress(`Indexing ${ARTICLES.toLocaleString('en-US')} articles, ${name}`);
    results.push(await fill(name, index, documents, vectors));
    progress(`Searching, ${name}`);
    const logger = { warn: (problem: object) => progress(JSON.stringify(problem)) };
    const embeddings = { embed: async (texts: readonly string[]) => texts.map(vectorOf) };
    const modes = {
      'words only': { ours: createSearch({ index, logger }), reference: ({ text }: SearchQuery) => fts5(text) },
      hybrid: {
        ours: createSearch({ index, logger, embeddings }),
        reference: ({ text }: SearchQuery) => scan(vectorOf(text)),
      },
    };
    for (const [mode, { ours, reference }] of Object.entries(modes)) {
      const against = mode === 'hybrid' ? 'a linear scan of the vectors' : 'a query of FTS5';
      const p50: number[] = [];
      const p99: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const queries = Array.from({ length: QUERIES }, (_, number) => queryOf(round * QUERIES + number, documents));
        bare.push(percentile(await latencies(queries, reference), 0.99));
        const sorted = await latencies(queries, ours);
        p50.push(percentile(sorted, 0.5));
        p99.push(percentile(sorted, 0.99));
      }
      results.push({ what: `p50 of a search, ${mode}, ${name}`, ours: p50, unit: 'ms' });
      results.push({
        what: `p99 of a search, ${mode}, ${name}`,
        ours: p99,
        reference: bare,
        unit: 'ms',
        note: `vs the p99 of ${against}`,
      });
    }
  }
  return results;
};

async function fill(
  name: string,
  index: SearchIndex,
  documents: readonly Document[],
  vectors: readonly (readonly Float32Array[])[],
): Promise<Comparison> {
  const startedAt = performance.now();
  const waiting = documents.entries();
  const worker = async () => {
    for (const [number, document] of waiting) await index.upsert(document, vectors[number] ?? []);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const perSecond = documents.length / ((performance.now() - startedAt) / 1_000);
  return { what: `Articles indexed, ${name}`, ours: [perSecond], unit: '/s' };
}

/** Words of one article, or random words as in a question; every second query has a locale. */
function queryOf(number: number, documents: readonly Document[]): SearchQuery {
  const random = randomNumbers(1_000_003 * (number + 1));
  const document = documents[Math.floor(random() * documents.length)];
  const words = document?.chunks[0]?.text.split(' ') ?? [];
  const start = Math.floor(random() * (words.length - 3));
  const text =
    number % 3 === 0
      ? Array.from({ length: 6 }, () => randomWord(random)).join(' ')
      : words.slice(start, start + 2 + (number % 2)).join(' ');
  return { tenant: 'local', text, limit: 10, ...(number % 2 === 0 ? {} : { locale: 'de-AT' }) };
}

/** In ascending order. */
async function latencies(queries: readonly SearchQuery[], ask: (query: SearchQuery) => unknown): Promise<number[]> {
  const measured: number[] = [];
  for (const query of queries) {
    const startedAt = performance.now();
    await ask(query);
    measured.push(performance.now() - startedAt);
  }
  return measured.sort((one, other) => one - other);
}
