import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '@switchboard/service';
import { eventually } from '@switchboard/stack/until';
import { Registry } from 'prom-client';
import { openTestCallers, requestOf } from '../fixtures/index.ts';
import { createApiKey, digestOf } from './api-keys.ts';
import { openCallers } from './open-callers.ts';

const KEY = createApiKey('acme');
const entry = (name: string, key: string, more = ''): string =>
  `  - { name: ${name}, tenant: acme, scopes: [context:read], apiKeys: [{ name: main, sha256: ${digestOf(key)}${more} }] }\n`;
const file = (...entries: string[]): string => `callers:\n${entries.join('')}`;
const bearer = (token: string) => requestOf({ authorization: `Bearer ${token}` });
const refused = (fault: string) => ({ kind: 'refused', fault });

describe('callers with an API key', () => {
  it('are known by the hash of the key, with their tenant and scopes and without a person', async (t) => {
    const { callers } = await openTestCallers(t, file(entry('assistant', KEY)));
    assert.deepEqual(await callers.authenticate(bearer(KEY)), {
      kind: 'caller',
      key: 'main',
      caller: { kind: 'api-key', name: 'assistant', tenant: 'acme', scopes: ['context:read'] },
    });
  });

  it('are refused by what is wrong with the key, and counted by it', async (t) => {
    const old = createApiKey('acme');
    const { callers, metrics, lines } = await openTestCallers(
      t,
      file(entry('assistant', KEY), entry('old', old, ', expires: 2026-01-31')),
      { now: () => Date.parse('2026-02-01') },
    );
    for (const [request, fault] of [
      [requestOf({}), 'missing'],
      [requestOf({ authorization: 'Basic abc' }), 'form'],
      [bearer(`${KEY}x`), 'form'],
      [bearer('x'.repeat(8_193)), 'form'],
      [bearer(createApiKey('acme')), 'unknown'],
      [bearer(old), 'expired'],
    ] as const) {
      assert.deepEqual(await callers.authenticate(request), refused(fault));
    }
    await callers.authenticate(bearer(KEY));
    const text = await metrics.metrics();
    for (const line of [
      'callers_refusals_total{reason="missing"} 1',
      'callers_refusals_total{reason="form"} 3',
      'callers_refusals_total{reason="unknown"} 1',
      'callers_refusals_total{reason="expired"} 1',
      'callers_refusals_total{reason="signature"} 0',
      'callers_last_used_timestamp_seconds{caller="assistant",key="main"} 1769904000',
    ]) {
      assert.ok(text.includes(line), line);
    }
    assert.ok(!`${text}${lines.join('')}`.includes(KEY.slice(0, 20)));
  });

  it('are found among 10,000 as fast as garbage of any size is refused', async (t) => {
    const keys = Array.from(
      { length: 10_000 },
      (_, index) => `{ name: k${index}, sha256: ${digestOf(`key-${index}`)} }`,
    );
    const { callers } = await openTestCallers(
      t,
      `callers: [{ name: many, tenant: acme, scopes: [], apiKeys: [${keys.join()}] }]`,
    );
    const started = performance.now();
    for (let index = 0; index < 2_000; index += 1) {
      const token = `${index}${'.'.repeat(index % 4)}`.padEnd(8_192, 'a');
      assert.equal((await callers.authenticate(bearer(token))).kind, 'refused');
      assert.equal((await callers.authenticate(bearer('x'.repeat(16_384)))).kind, 'refused');
    }
    assert.ok(performance.now() - started < 20_000, 'each is a hash and a look-up');
    assert.partialDeepStrictEqual(await callers.authenticate(bearer('key-9999')), { kind: 'caller', key: 'k9999' });
  });
});

describe('the callers file', () => {
  it('is followed, and a broken one leaves the callers in force', async (t) => {
    const { callers, write, metrics, lines } = await openTestCallers(t, file(entry('one', KEY)));
    const other = createApiKey('acme');
    const kindOf = async (key: string) => (await callers.authenticate(bearer(key))).kind;
    const failed = async () => (await metrics.getSingleMetric('callers_reload_failed')?.get())?.values[0]?.value;
    await write('callers: [{');
    await eventually(async () => assert.equal(await failed(), 1));
    assert.equal(await kindOf(KEY), 'caller');
    assert.match(lines.join(''), /callers\.yaml:1:\d+: .*callers not reloaded/);
    await write(file(entry('two', other)));
    await eventually(async () => assert.equal(await kindOf(other), 'caller'));
    assert.equal(await kindOf(KEY), 'refused');
    assert.equal(await failed(), 0);
  });

  it('may be absent: then no one may call', async (t) => {
    const lines: string[] = [];
    const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });
    const callers = await openCallers({ file: undefined, environment: {}, logger, metrics: new Registry() });
    t.after(callers.close);
    assert.deepEqual(await callers.authenticate(bearer(KEY)), refused('unknown'));
    assert.match(lines.join(''), /CALLERS_FILE is not set/);
  });
});
