import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openTestCallers } from '../fixtures/index.ts';
import { faults } from './authenticate.ts';
import { isScope } from './scopes.ts';

const page = await readFile(join(import.meta.dirname, '../../../docs/callers.md'), 'utf8');

describe('docs/callers.md', () => {
  it('has entries that the file takes', async (t) => {
    const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
    assert.equal(blocks.length, 3);
    const environment = { CHAT_PLATFORM_SECRET: 'secret-of-the-platform' };
    for (const text of blocks) {
      const without = text.replace(', { file: secrets/chat-platform-next }', '');
      await openTestCallers(t, without, { environment });
    }
  });

  it('lists the reasons of refusals and scopes that exist', () => {
    const reasons = [...page.matchAll(/^\| `(\w+)` {10,}\|/gm)].map(([, name]) => name);
    assert.deepEqual(reasons, [...faults, 'unavailable']);
    const [, scopes = ''] = /^## Scopes\n(.*?)^## /ms.exec(page) ?? [];
    const named = [...scopes.matchAll(/`(\w+:[\w*<>-]+)`/g)].map(([, scope = '']) => scope.replace('<name>', 'a'));
    assert.ok(named.length >= 7);
    for (const scope of named) assert.ok(isScope(scope), scope);
  });
});
