import type { Target } from '@switchboard/outbound';
import Type from 'typebox';
import Value from 'typebox/value';

/** Converts texts to vectors. */
export interface Embeddings {
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

/** Far below OpenAI's limit of 2,048 inputs and 300,000 tokens. Small models on a CPU take a while. */
const BATCH = 64;

const Answer = Type.Object({
  data: Type.Array(Type.Object({ index: Type.Integer(), embedding: Type.Array(Type.Number(), { minItems: 1 }) })),
});

/** An endpoint compatible with OpenAI's `POST /embeddings`. */
export function createEmbeddings(target: Pick<Target, 'request'>, model: string): Embeddings {
  async function embedBatch(input: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const body = { model, input, encoding_format: 'float' };
    const answer = (await target.request({ method: 'POST', path: '/embeddings', body, signal })).body;
    if (!Value.Check(Answer, answer) || answer.data.length !== input.length) {
      throw new Error('The embeddings endpoint did not return one vector per text: check EMBEDDINGS_URL');
    }
    const vectors = answer.data
      .toSorted((one, other) => one.index - other.index)
      .map(({ embedding }) => Float32Array.from(embedding));
    const [first] = vectors;
    if (vectors.some((vector) => vector.length !== first?.length || !vector.every(Number.isFinite))) {
      throw new Error('The embeddings endpoint returned vectors of different lengths or with invalid numbers.');
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
