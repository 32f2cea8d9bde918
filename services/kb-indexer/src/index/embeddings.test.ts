import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTarget } from '@switchboard/outbound';
import { credentials, startSandbox } from '@switchboard/sandbox';
import { createLogger } from '@switchboard/service';
import { createEmbeddings } from './embeddings.ts';

const { signal } = new AbortController();

describe('embeddings', () => {
  it('are requested in batches, one per text, in the order of the texts', async () => {
    await using sandbox = await startSandbox();
    const target = createTarget({
      name: 'embeddings',
      baseUrl: `${sandbox.url}/embeddings/v1`,
      auth: { kind: 'bearer', token: credentials.embeddings.apiKey },
      logger: createLogger('test', 'silent'),
    });
    const { embed } = createEmbeddings(target, 'local');
    const texts = Array.from({ length: 150 }, (_, number) => `text ${number}`);
    const vectors = await embed(texts, signal);
    assert.equal(vectors.length, 150);
    assert.deepEqual(vectors[149], (await embed(['text 149'], signal))[0]);
    assert.deepEqual(
      sandbox.effects('embeddings').map(({ body }) => (body as { input: string[] }).input.length),
      [64, 64, 22, 1],
    );
    assert.deepEqual(await embed([], signal), []);
    await target.close();
  });

  for (const [what, body] of [
    ['nothing', undefined],
    ['an error', { error: 'x' }],
    ['too few', { data: [] }],
    [
      'no numbers',
      {
        data: [
          { index: 0, embedding: ['x'] },
          { index: 1, embedding: [1] },
        ],
      },
    ],
    [
      'vectors of different lengths',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [1, 2] },
        ],
      },
    ],
    [
      'too large a response',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [1e300] },
        ],
      },
    ],
  ] as const) {
    it(`are refused when the endpoint answers ${what}`, async () => {
      const { embed } = createEmbeddings({ request: async () => ({ status: 200, headers: {}, body }) }, 'local');
      await assert.rejects(embed(['a', 'b'], signal), /embeddings endpoint/);
    });
  }
});
