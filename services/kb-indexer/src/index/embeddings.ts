import type { Target } from '@switchboard/outbound';
import Type from 'typebox';
import Value from 'typebox/value';

/** Turns texts into vectors. */
export interface Embeddings {
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

/** Far below the 2,048 inputs and 300,000 tokens that OpenAI takes; small models on a CPU take a while. */
const BATCH = 64;

const Answer = Type.Object({
  data: Type.Array(Type.Object({ index: Type.Integer(), embedding: Type.Array(Type.Number(), { minItems: 1 }) })),
});

/** Any endpoint that is compatible with OpenAI's `POST /embeddings`. */
export function createEmbeddings(target: Pick<Target, 'request'>, model: string): Embeddings {
  async function embedBatch(input: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const body = { model, input, encoding_format: 'float' };
    const answer = (await target.request({ method: 'POST', path: '/embeddings', body, signal })).body;
    if (!Value.Check(Answer, answer) || answer.data.length !== input.length) {
      throw new Error('The embeddings endpoint did not answer one vector for each text: is EMBEDDINGS_URL right?');
    }
    const vectors = answer.data
      .toSorted((one, other) => one.index - other.index)
      .map(({ embedding }) => Float32Array.from(embedding));
    const [first] = vectors;
    if (vectors.some((vector) => vector.length !== first?.length || !vector.every(Number.isFinite))) {
      throw new Error('The embeddings endpoint answered vectors of different lengths, or with what is no number.');
    }
    return vectors;
  }

  return {
    async embed(texts, signal) {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        vectors.push(...(await embedBatch(texts.slice(start, start + BATCH), signal)));
      }
      return vectors;
    },
  };
}
