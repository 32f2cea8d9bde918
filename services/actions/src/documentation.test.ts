import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connectionsConfig } from '@switchboard/connections';
import type { Database } from '@switchboard/database';
import { openApp } from '../fixtures/app.ts';
import { json, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';
import { actionsConfig } from './config.ts';

const root = join(import.meta.dirname, '../../..');
const guide = await readFile(join(root, 'docs/actions.md'), 'utf8');
const readme = await readFile(join(root, 'services/actions/README.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

describe('docs/actions.md', () => {
  let database: Database;
  let close: () => Promise<void>;
  before(async () => {
    ({ database, close } = await openTestDatabase());
  });
  after(() => close());

  it('has actions that the service takes, and that answer as it says', async (t) => {
    const backend = await startBackend(t, (response, { method, url }) => {
      if (url.startsWith('/products'))
        return json(response, 200, { items: [{ name: 'Kettle', price: 29.9, stock: 4 }] });
      const status = method === 'DELETE' ? 'cancelled' : 'shipped';
      return json(response, 200, {
        orderId: '1001',
        status,
        trackingNumber: '1Z999',
        customerEmail: 'jane@shop.example',
      });
    });
    const yaml = `actions:\n${blocks('yaml')
      .map((text) => text.replace(/^actions:\n/, ''))
      .join('')}`;
    const app = await openApp(t, { database, yaml, environment: { SHOP_URL: backend.url, SHOP_TOKEN: 'token' } });
    const requests = blocks('http');
    const answers = blocks('json').map((text) => JSON.parse(text) as Record<string, unknown>);
    assert.deepEqual([requests.length, answers.length], [2, 2]);
    for (const [index, request] of requests.entries()) {
      const [, path = '', body = ''] = /^POST (\S+)\n(.*)\n$/.exec(request) ?? [];
      const answer = (await (await app.signed(path, JSON.parse(body) as object)).json()) as Record<string, unknown>;
      const changing = { runId: answer.runId, confirm: answer.confirm, expiresAt: answer.expiresAt };
      const expected = answers[index] as Record<string, unknown>;
      for (const [name, value] of Object.entries(changing)) if (name in expected) expected[name] = value;
      assert.deepEqual(answer, expected);
    }
    const found = await app.signed('/v1/actions/find-product', { email: 'jane@shop.example', name: 'kettle' });
    assert.equal(((await found.json()) as { reply: string }).reply, 'The best match is Kettle.');
    const omar = { email: 'omar@shop.example', orderId: '1001' };
    assert.equal((await app.signed('/v1/actions/order-status', omar)).status, 404);
  });

  it('explains every key', async () => {
    const forms = await readFile(join(import.meta.dirname, 'registry/action-form.ts'), 'utf8');
    const keys = [...forms.slice(forms.indexOf('ActionForm = ')).matchAll(/^ {4,8}(\w+): (?:Type|Path|Texts)/gm)].map(
      ([, key]) => key,
    );
    assert.ok(keys.length > 20, keys.join());
    for (const key of keys) assert.match(guide, new RegExp(`\`${key}\``), key);
  });
});

it('README.md lists the variables, with their defaults', () => {
  const rows = [...readme.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) *\| ([^|]*)\|/gm)];
  const listed = new Map(
    rows.flatMap(([, names = '', defaults = '']) =>
      [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name = ''], index) => [
        name,
        defaults.split(',')[index]?.trim() ?? '',
      ]),
    ),
  );
  for (const [name, schema] of Object.entries(actionsConfig.properties)) {
    // docs/deploying.md lists these, by a test of packages/consumer.
    if (name in connectionsConfig.properties) continue;
    assert.ok(listed.has(name), name);
    const { default: value } = schema as { default?: unknown };
    if (typeof value === 'number') assert.equal(listed.get(name), String(value), name);
  }
});
