import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFields } from '@switchboard/events';
import { compileExpression } from '@switchboard/expressions';
import { evaluateByOracle } from '@switchboard/expressions/fixtures';
import { sentPayloads } from '../fixtures/index.ts';
import { compileMapping } from './mapping/compile-mapping.ts';
import type { Json, Provider } from './provider.ts';
import { providers } from './providers.ts';

const all = Object.entries(providers) as [string, Provider][];

/** The items of an example, as the provider divides its body. */
function itemsOf({ split }: Provider, body: Json, headers: Record<string, string>): readonly Json[] {
  return split?.({ body, headers }) ?? [body];
}

const parse = (text: string, contentType: string | undefined): Json => {
  const filled = text.replaceAll('{{run}}', '-1');
  if (contentType?.startsWith('application/x-www-form-urlencoded') !== true) return JSON.parse(filled) as Json;
  return Object.fromEntries(new URLSearchParams(filled));
};

for (const [name, provider] of all) {
  describe(name, () => {
    it('has a mapping that fits the schemas', () => {
      compileMapping(provider.mapping, { headers: provider.mappedHeaders ?? [] });
    });

    for (const { name: example, body, headers = {}, contentType, becomes } of provider.examples) {
      it(`maps its example ${example}`, () => {
        const { map } = compileMapping(provider.mapping, { headers: provider.mappedHeaders ?? [] });
        const events = itemsOf(provider, parse(body, contentType), headers).flatMap((item) => {
          const mapped = map({ body: item, headers });
          return mapped.kind === 'events' ? mapped.events : assert.fail(JSON.stringify(mapped));
        });
        assert.deepEqual(
          events.map(({ type }) => type),
          becomes,
        );
        for (const { type, payload } of events) {
          const read = readFields(type, payload);
          assert.ok(read.ok, JSON.stringify(read));
        }
      });
    }
  });
}

const PATHS = new Set(['when', 'id', 'at', 'each', 'by', 'name', 'data', 'entity', 'person']);

/** All expressions of a mapping: what stands under a key that holds one, and in tables of fields. */
function expressionsOf(value: unknown, isPlace = false): string[] {
  if (typeof value === 'string') return isPlace ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) => {
    if (key === 'is' || key === 'type' || key === 'prefix' || key === 'ignore') return [];
    return expressionsOf(held, PATHS.has(key) || (isPlace && key !== 'names') || key === 'fields');
  });
}

async function sentBodies(): Promise<Json[]> {
  const payloads = (await sentPayloads()).flatMap(({ steps }) => steps.map(({ body }) => body));
  const examples = all.flatMap(([, provider]) => provider.examples);
  return [...payloads, ...examples.map(({ body, contentType }) => parse(body, contentType))];
}

it('every expression of every provider has the value that another implementation of CEL computes', async () => {
  const variables = { body: 'dyn', data: 'dyn', headers: 'dyn', item: 'dyn' };
  const texts = new Set(all.flatMap(([, { mapping }]) => expressionsOf(mapping)));
  assert.ok(texts.size > 50, `only ${texts.size} expressions`);
  const bodies = await sentBodies();
  for (const text of texts) {
    const { evaluate } = compileExpression(text, { variables });
    for (const body of bodies) {
      const { data, payload } = body as Record<string, Json>;
      const values = { body, data: data ?? payload ?? body, headers: {}, item: { content: 'hi', title: 'T' } };
      const ours = evaluate(values);
      const theirs = evaluateByOracle(text, values);
      assert.deepEqual(ours.kind === 'value' ? { kind: 'value', value: ours.value } : { kind: 'error' }, theirs, text);
    }
  }
});
