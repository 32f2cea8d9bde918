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
 * Embeds what was indexed without embeddings, or with another model, beside the daily work; until then those articles are
 * found by their words. Tries until it is done or `signal` is aborted; several instances may do it at once.
 */
export async function reembed({ index, embeddings, logger }: ReembedDeps, signal: AbortSignal): Promise<void> {
  let embedded = 0;
  while (!signal.aborted) {
    try {
      const chunks = await index.withoutVector(BATCH);
      if (chunks.length === 0) {
        if (embedded > 0) logger.info({ chunks: embedded }, 'embedded what had no vector');
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
      logger.warn({ err: error }, 'could not embed, trying again');
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
}
