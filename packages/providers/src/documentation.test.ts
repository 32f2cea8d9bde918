import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Provider } from './provider.ts';
import { providers } from './providers.ts';

const text = readFileSync(new URL('../../../docs/providers.md', import.meta.url), 'utf8');
const sections = text.split(/^## /m).slice(1);

/** Only providers with a local source must have a section. */
const local = readFileSync(new URL('../../../local/sources.yaml', import.meta.url), 'utf8');
const isLocal = (name: string): boolean => new RegExp(`\\bscheme: ${name}\\b`).test(local);

const all: readonly (readonly [string, Provider])[] = Object.entries(providers);

/** The section, or the part of one, that tells how to connect the provider. */
function partOf(name: string): string | undefined {
  const section = sections.find((one) => one.includes(`\`scheme: ${name}\``));
  const items = section?.split(/^- (?=`scheme: )/m) ?? [];
  return items.find((item) => item.includes(`\`scheme: ${name}\``));
}

describe('docs/providers.md', () => {
  for (const [name, { mapping, settings = {}, needs }] of all) {
    const types = new Set((mapping.events ?? []).map(({ type }) => type));
    const part = partOf(name);
    if (types.size > 0 && isLocal(name)) it(`has a section about ${name}`, () => assert.ok(part !== undefined));
    if (part === undefined) continue;

    it(`names the events that ${name} becomes`, () => {
      const cells = [...part.matchAll(/^\|[^|]*\|([^|]*)\|$/gm)].map(([, cell = '']) => cell);
      const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+\.\w+)`/g)].map(([, type]) => type));
      assert.deepEqual(named.sort(), [...types].sort());
    });

    it(`names the settings of ${name}`, () => {
      for (const setting of Object.keys(settings)) assert.ok(part.includes(`\`${setting}\``), setting);
      assert.equal(/needs\sa\s`publicUrl`/.test(part), needs?.publicUrl === true, 'publicUrl');
    });
  }

  it('names schemes that exist', () => {
    for (const [, name = ''] of text.matchAll(/scheme: ([\w-]+)/g)) assert.ok(name in providers, name);
  });
});
