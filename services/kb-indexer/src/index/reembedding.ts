import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@switchboard/service';
import type { SearchIndex } from './article-index.ts';
import type { Embeddings } from './embeddings.ts';

export interface ReembedDeps {
  index: Pick<SearchIndex, 'withoutVector' | 'addVectors'>;
  embeddings: Embeddings;
  logger: Pick<Logger, 'info' | 'warn'>;
}

const BATCH = 64;
const RETRY_MS = 5_000;

/**
 * Embeds chunks indexed without embeddings or with another model, in the background. Until then, those articles are
 * found by their words. Retries until it is done or `signal` is aborted. Several instances may run it at once.
 */
export async function reembed({ index, embeddings, logger }: ReembedDeps, signal: AbortSignal): Promise<void> {
  let embedded = 0;
  while (!signal.aborted) {
    try {
      const chunks = await index.withoutVector(BATCH);
      if (chunks.length === 0) {
        if (embedded > 0) logger.info({ chunks: embedded }, 'embedded the chunks without a vector');
        return;
      }
      const vectors = await embeddings.embed(
        chunks.map(({ text }) => text),
        signal,
      );
      await index.addVectors(new Map(chunks.map(({ id }, place) => [id, vectors[place] as Float32Array])));
      embedded += chunks.length;
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: error }, 'cannot embed chunks, retrying');
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
}
