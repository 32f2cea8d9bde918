import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ActionView } from '../run/runner.ts';
import { toolOf } from './tools.ts';

const page = await readFile(join(import.meta.dirname, '../../../../docs/mcp.md'), 'utf8');

const action = (effect: 'read' | 'write', confirms: boolean): ActionView => ({
  ...{ name: 'a', title: undefined, description: 'd', effect, confirms },
  ...{ input: { type: 'object', properties: {} }, output: { type: 'object' } },
});

describe('docs/mcp.md', () => {
  it('lists the hints of tools as they are', () => {
    const views = [action('read', false), action('write', false), action('write', true)];
    for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint'] as const) {
      const [, ...cells] = (page.match(new RegExp(`^\\| \`${hint}\`.*$`, 'm'))?.[0] ?? '').split('|').slice(1, -1);
      assert.deepEqual(
        cells.map((cell) => cell.trim()),
        views.map((view) => String(toolOf(view).annotations?.[hint])),
        hint,
      );
    }
  });

  it('lists the results of a call with their fields', () => {
    const schema = toolOf(action('write', true)).outputSchema;
    const { status, ...fields } = (schema?.properties ?? {}) as { status: { enum: string[] } };
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (`.*?`) +\|/gm)].filter(([, name = '']) => !name.endsWith('Hint'));
    assert.deepEqual(
      rows.map(([, name]) => name),
      status.enum,
    );
    const named = new Set(
      rows.flatMap(([, , cells = '']) => [...cells.matchAll(/`(\w+)`/g)].map(([, field]) => field)),
    );
    assert.deepEqual([...named].sort(), Object.keys(fields).sort());
  });
});
