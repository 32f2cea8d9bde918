import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { digestOf, parseCallers } from '@switchboard/callers';
import { parseSources, resolveSources } from '@switchboard/ingest';
import { keys } from './main.ts';

async function outputOf(t: TestContext, ...argv: string[]) {
  const lines: string[] = [];
  const { mock } = t.mock.method(console, 'log', (line: string) => void lines.push(line));
  assert.equal(await keys(argv), 0);
  mock.restore();
  return lines.join('\n');
}

it('makes a key, and lines for the sources file that accept it without holding it', async (t) => {
  const text = await outputOf(
    t,
    'new',
    '--tenant',
    'acme',
    '--types',
    'order.*, lead.captured',
    '--expires',
    '2999-01-31',
  );
  const [key = '', , , ...lines] = text.split('\n');
  assert.match(key, /^sb_acme_[0-9a-f]{48}_[0-9a-f]{8}$/);
  const file = ['sources:', ...lines].join('\n');
  assert.ok(!file.includes(key));
  const sources = await resolveSources(parseSources(file, 'sources.yaml'), {});
  const [apiKey] = sources.get('acme-api')?.apiKeys ?? [];
  assert.ok(apiKey?.types?.has('order.created') && !apiKey.types.has('message.received'));
});

it('makes a key for the callers file', async (t) => {
  const text = await outputOf(t, 'new', '--tenant', 'acme', '--scopes', 'context:read, actions:*');
  const [key = '', , , ...lines] = text.split('\n');
  const { entries } = parseCallers(['callers:', ...lines].join('\n'), 'callers.yaml');
  assert.partialDeepStrictEqual(entries, [
    { tenant: 'acme', scopes: ['context:read', 'actions:*'], apiKeys: [{ sha256: digestOf(key) }] },
  ]);
});

it('says what is missing', async () => {
  await assert.rejects(keys(['new']), /--tenant must be/);
  await assert.rejects(keys(['old', '--tenant', 'acme']), /keys new/);
  await assert.rejects(keys(['new', '--tenant', 'acme', '--scopes', 'context:reed']), /context:reed is no scope/);
});
