import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFields } from '@switchboard/events';
import { compileExpression } from '@switchboard/expressions';
import { evaluateByOracle } from '@switchboard/expressions/fixtures';
import { sentPayloads } from '../fixtures/index.ts';
import { bodyOf } from '../fixtures/map-example.ts';
import { compileMapping } from './mapping/compile-mapping.ts';
import type { Json, Provider } from './provider.ts';
import { providers } from './providers.ts';

const all = Object.entries(providers) as [string, Provider][];

/** The items of an example, as the provider divides its body. */
function itemsOf({ split }: Provider, body: Json, headers: Record<string, string>): readonly Json[] {
  return split?.({ body, headers }) ?? [body];
}

for (const [name, provider] of all) {
  describe(name, () => {
    it('has a mapping that fits the schemas', () => {
      compileMapping(provider.mapping, { headers: provider.mappedHeaders ?? [] });
    });

    for (const example of provider.examples) {
      const { headers = {}, becomes } = example;
      it(`maps its example ${example.name}`, () => {
        const { map } = compileMapping(provider.mapping, { headers: provider.mappedHeaders ?? [] });
        const events = itemsOf(provider, bodyOf(example), headers).flatMap((item) => {
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

/** What the provider's expressions read: the items of its examples; the platform's payloads where it has shapes. */
async function itemsFor(provider: Provider): Promise<{ body: Json; headers: Record<string, string> }[]> {
  const examples = provider.examples.flatMap((example) => {
    const { headers = {} } = example;
    return itemsOf(provider, bodyOf(example), headers).map((body) => ({ body, headers }));
  });
  if (provider.mapping.shapes === undefined) return examples;
  const payloads = (await sentPayloads()).flatMap(({ steps }) => steps.map(({ body }) => ({ body, headers: {} })));
  return [...examples, ...payloads];
}

it('every expression of every provider has the value that another implementation of CEL computes', async () => {
  const variables = { body: 'dyn', data: 'dyn', headers: 'dyn', item: 'dyn' };
  const seen = new Set<string>();
  for (const [, provider] of all) {
    const items = await itemsFor(provider);
    for (const text of new Set(expressionsOf(provider.mapping))) {
      seen.add(text);
      const { evaluate } = compileExpression(text, { variables });
      for (const { body, headers } of items) {
        const { data, payload } = body as Record<string, Json>;
        const values = { body, data: data ?? payload ?? body, headers, item: { content: 'hi', title: 'T' } };
        const ours = evaluate(values);
        const theirs = evaluateByOracle(text, values);
        assert.deepEqual(
          ours.kind === 'value' ? { kind: 'value', value: ours.value } : { kind: 'error' },
          theirs,
          text,
        );
      }
    }
  }
  assert.ok(seen.size > 50, `only ${seen.size} expressions`);
});
