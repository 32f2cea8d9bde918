import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ConfigError } from '@switchboard/service';
import { parseSources, resolveSources, type Sources } from './sources.ts';

const environment = { SHOP_SECRET: 'canary-secret-0123' };

const resolve = (text: string, path = '/sources.yaml'): Promise<Sources> =>
  Promise.resolve().then(() => resolveSources(parseSources(text, path), environment));

async function problems(text: string): Promise<string> {
  try {
    await resolve(text);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.join('\n');
  }
  return assert.fail('accepted');
}

const signed = (sources: Sources, name: string, secret: string): boolean => {
  const body = Buffer.from('{}');
  const source = sources.get(name);
  assert.ok(source);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const request = { method: 'POST', url: undefined, headers: { 'x-webhook-signature': signature }, body };
  const verdict = source.verify(request, 0);
  assert.ok(!(verdict instanceof Promise));
  return verdict.kind === 'valid';
};

describe('sources file', () => {
  it('is read with defaults, and with everything it can say', async () => {
    const sources = await resolve(`
sources:
  shop: { tenant: acme, scheme: platform, secrets: [{ env: SHOP_SECRET }] }
  cms:
    tenant: acme
    scheme: platform
    secrets: [{ env: SHOP_SECRET }]
    requireTimestamp: true
    events: { sold: order.created }
    allow: [10.0.0.0/8]
    rate: 50
    burst: 200
    repeatSeconds: 60
    maxBytes: 1000
`);
    const { provider, verify, mapping, ...shop } = sources.get('shop') ?? assert.fail();
    assert.deepEqual(shop, {
      name: 'shop',
      tenant: 'acme',
      scheme: 'platform',
      settings: {},
      apiKeys: [],
      publicUrl: undefined,
      hasInsecureSecrets: false,
      allow: undefined,
      rate: undefined,
      repeatMs: 10_000,
      maxBytes: 1_048_576,
    });
    const cms = sources.get('cms');
    assert.deepEqual(cms?.rate, { perSecond: 50, burst: 200 });
    assert.equal(cms?.repeatMs, 60_000);
    assert.equal(cms?.maxBytes, 1000);
    const sold = { body: { event: 'sold', data: { orderId: 'o-1' } }, headers: {} };
    assert.partialDeepStrictEqual(cms?.mapping.map(sold), { kind: 'events', events: [{ type: 'order.created' }] });
    assert.ok(cms?.allow?.has('10.1.1.1'));
  });

  it('takes secrets from the environment and from files next to it, all live at once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sources-'));
    await writeFile(join(directory, 'next'), 'from-file-01234567\n');
    const path = join(directory, 'sources.yaml');
    const text = 'sources: { shop: { tenant: a, scheme: platform, secrets: [{ env: SHOP_SECRET }, { file: next }] } }';
    const sources = await resolve(text, path);
    assert.ok(signed(sources, 'shop', 'canary-secret-0123'));
    assert.ok(signed(sources, 'shop', 'from-file-01234567'));
    assert.ok(!signed(sources, 'shop', 'from-file-01234567\n'));
    assert.doesNotMatch(JSON.stringify(sources.get('shop')), /canary|from-file/);
  });

  it('refuses short secrets unless the file says that they are for development, and then only there', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sources-'));
    await writeFile(join(directory, 'short'), 'canary-15-chars\n');
    const path = join(directory, 'sources.yaml');
    const source = (name: string, more = '') =>
      `${name}: { tenant: a, scheme: platform, secrets: [{ file: short }]${more} }`;
    await assert.rejects(
      resolve(`sources: { ${source('shop')}, ${source('dev', ', insecureSecrets: true')} }`, path),
      (error: ConfigError) => {
        assert.equal(error.problems.length, 1);
        assert.match(error.message, /shop\/secrets\/0 is shorter than 16 characters: use `openssl rand -hex 32`/);
        assert.doesNotMatch(error.message, /canary/);
        return true;
      },
    );
    const sources = await resolve(`sources: { ${source('dev', ', insecureSecrets: true')} }`, path);
    assert.ok(signed(sources, 'dev', 'canary-15-chars'));
    await writeFile(join(directory, 'short'), 'canary-16-chars!\n');
    assert.ok(signed(await resolve(`sources: { ${source('shop')} }`, path), 'shop', 'canary-16-chars!'));
  });

  it('names every problem at once, and no secret', async () => {
    const found = await problems(`
sources:
  shop: { tenant: acme, scheme: platform, secrets: [{ env: NOT_SET }, { file: /nowhere }], events: { x: order.creatd } }
  cms: { tenant: acme, scheme: platform, secrets: [{ env: SHOP_SECRET }], allow: [10.0.0.0/40] }
  'a b': { tenant: acme, scheme: platform, secrets: [{ env: SHOP_SECRET }] }
`);
    assert.match(found, /shop\/secrets\/0 needs the environment variable NOT_SET/);
    assert.match(found, /shop\/secrets\/1 cannot be read: \/nowhere \(ENOENT\)/);
    assert.match(found, /shop\/events\/x \(line 3, column \d+\) is not an event type/);
    assert.match(found, /cms\/allow 10\.0\.0\.0\/40 is neither/);
    assert.match(found, /\/sources\/a b must be a name/);
    assert.doesNotMatch(found, /canary/);
  });

  it('names what does not belong, and what is missing', async () => {
    assert.match(
      await problems('sources: { a: { tenant: x, scheme: platform, secrets: [{ env: SHOP_SECRET }], ratee: 5 } }'),
      /ratee/,
    );
    assert.match(await problems('sources: { a: { tenant: x, scheme: plattform, secrets: [] } }'), /scheme .*platform/);
    assert.match(
      await problems('sources: { a: { tenant: "x:y", scheme: platform, secrets: [] } }'),
      /tenant .*pattern/,
    );
    assert.match(await problems('sources: { a: { scheme: platform } }'), /tenant/);
    assert.match(await problems('sources: { a: { tenant: x, scheme: platform } }'), /secrets is required/);
    assert.match(
      await problems('sources: { a: { tenant: x, scheme: platform, secrets: [plain-canary] } }'),
      /secrets\/0/,
    );
    assert.match(await problems(''), /must be object/);
    assert.match(await problems('[]'), /must be object/);
    assert.match(await problems('sources: {}\nsecret: x'), /secret/);
  });

  it('leaves out a source whose variable is not set', async () => {
    const text = 'sources: { a: { tenant: x, scheme: platform, onlyIf: { env: A }, secrets: [{ env: A }] } }';
    assert.equal((await resolve(text)).size, 0);
    const sources = await resolveSources(parseSources(text, '/a'), { A: 'canary-secret-0123' });
    assert.ok(signed(sources, 'a', 'canary-secret-0123'));
  });

  it('knows the addresses of sources that are all behind PUBLIC_URL', async () => {
    const source = (more = '') =>
      `sources: { calls: { tenant: x, scheme: twilio, secrets: [{ env: SHOP_SECRET }]${more} } }`;
    const urlOf = async (text: string, more: object) =>
      (await resolveSources(parseSources(text, '/a'), { ...environment, ...more })).get('calls')?.publicUrl;
    assert.match(await problems(source()), /calls\/publicUrl is required, or PUBLIC_URL: twilio needs the address/);
    const unsigned = source(', verifyToken: a').replace('twilio', 'meta');
    assert.equal(await urlOf(unsigned, {}), undefined, 'meta signs no address');
    for (const PUBLIC_URL of ['https://a.example/hooks', 'https://a.example/hooks/'])
      assert.equal(await urlOf(source(), { PUBLIC_URL }), 'https://a.example/hooks/webhooks/calls');
    const own = source(', publicUrl: https://b.example/in');
    assert.equal(await urlOf(own, { PUBLIC_URL: 'https://a.example' }), 'https://b.example/in');
  });

  it('takes settings of a scheme from the environment', async () => {
    const text = 'sources: { bot: { tenant: x, scheme: bot-framework, appId: { env: APP_ID } } }';
    const sources = await resolveSources(parseSources(text, '/a'), { APP_ID: 'an-app' });
    assert.deepEqual(sources.get('bot')?.settings, { appId: 'an-app' });
    assert.match(await problems(text), /bot\/appId needs the environment variable APP_ID/);
  });

  it('says where the YAML is broken without quoting it', async () => {
    const found = await problems('sources:\n  a:\n   secrets: "canary\n  b: [');
    assert.match(found, /line \d+, column \d+/);
    assert.doesNotMatch(found, /canary/);
  });

  it('ships a local one whose platform sources take the local secret', async () => {
    const path = new URL('../../../../local/sources.yaml', import.meta.url).pathname;
    const file = parseSources(await readFile(path, 'utf8'), path);
    const sources = await resolveSources(file, { LOCAL_SECRET: 'local-secret' });
    const own = [...sources.values()].filter(({ scheme }) => scheme === 'platform').map(({ name }) => name);
    assert.deepEqual(own.sort(), ['chatbot', 'cms-update', 'escalation', 'ops', 'shop']);
    for (const name of own) assert.ok(signed(sources, name, 'local-secret'));
  });
});
