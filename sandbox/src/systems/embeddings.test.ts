import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';
import { vectorOf } from './embedding-vector.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'embeddings');
});
after(() => sandbox.close());

const embed = (body: object) => call('POST', '/v1/embeddings', { model: 'text-embedding-3-small', ...body });
const likeness = (one: string, other: string): number => {
  const [left, right] = [vectorOf(one, 256), vectorOf(other, 256)];
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
};

it('answers with a vector for each text, in order', async () => {
  const { status, body } = await embed({ input: ['returns', 'delivery'], dimensions: 64 });
  assert.equal(status, 200);
  assert.deepEqual(
    body.data.map(({ index, embedding }: { index: number; embedding: number[] }) => [index, embedding.length]),
    [
      [0, 64],
      [1, 64],
    ],
  );
  assert.deepEqual((await embed({ input: 'returns', dimensions: 64 })).body.data[0].embedding, body.data[0].embedding);
});

it('answers in base64 on request', async () => {
  const [numbers, coded] = [
    await embed({ input: 'returns' }),
    await embed({ input: 'returns', encoding_format: 'base64' }),
  ];
  const bytes = Buffer.from(coded.body.data[0].embedding, 'base64');
  const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  assert.deepEqual([...floats], numbers.body.data[0].embedding);
});

it('puts similar texts near each other, and others not', () => {
  const question = 'How do I return an order?';
  assert.ok(likeness(question, 'Returning your orders') > likeness(question, 'Payment methods we accept') + 0.1);
  assert.ok(likeness(question, 'how do i return an ORDER') > 0.99);
});

it('gives equal texts equal unit vectors', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 300 }), (text, dimensions) => {
      const vector = vectorOf(text, dimensions);
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
      assert.deepEqual(vectorOf(text, dimensions), vector);
    }),
  );
});

it('refuses invalid input and names it', async () => {
  const cases: [body: object, param: string][] = [
    [{}, 'input'],
    [{ input: '' }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a', 1] }, 'input'],
    [{ input: 'a', model: '' }, 'model'],
    [{ input: 'a', dimensions: 0 }, 'dimensions'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format'],
  ];
  for (const [body, param] of cases) {
    const { status, body: answer } = await embed(body);
    assert.deepEqual([status, answer.error.type, answer.error.param], [400, 'invalid_request_error', param]);
  }
});
