import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { startEventsApi } from '../fixtures/events-api.ts';
import { createClient } from './client.ts';
import { SendError } from './send-error.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

describe('README', () => {
  // The first is sent to a real ingest by tests/repository/readme.test.ts.
  it('shows how lists of events are sent', async (t) => {
    const [, script = ''] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, text = '']) => text);
    const api = await startEventsApi(t);
    const running = script
      .replace('http://127.0.0.1:8080', api.url)
      .replace('@switchboard/client', import.meta.resolve('./index.ts'));
    await import(`data:text/javascript,${encodeURIComponent(running)}`);
    assert.deepEqual(api.batches, [['order-2-created'], ['order-3-created']]);
  });

  it('lists the statuses that are repeated, and every code', async () => {
    const listed = /^\| ((?:\d{3}(?:, )?)+) /m.exec(readme)?.[1]?.split(', ').map(Number) ?? [];
    const repeated: number[] = [];
    for (let status = 300; status < 600; status += 1) {
      const fetch = async () => new Response(null, { status });
      const client = createClient({ url: 'http://a', source: 'shop', secret: 'canary', retry: false, fetch });
      const error: unknown = await client.sendRaw('{}').catch((reason) => reason);
      assert.ok(error instanceof SendError);
      if (error.retryable) repeated.push(status);
    }
    assert.deepEqual(listed, repeated);
    const source = await readFile(new URL('send-error.ts', import.meta.url), 'utf8');
    const codes = [...source.matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code);
    assert.ok(codes.length > 5);
    for (const code of codes) assert.ok(readme.includes(`\`${code}\``), code);
  });
});
