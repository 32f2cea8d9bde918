import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { catalogue, encodePayload, eventTypes, frame, unframe } from '@switchboard/events';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import pino from 'pino';
import { exampleOf } from '../../fixtures/example-of.ts';
import { faultyRegistry } from '../../fixtures/faulty-registry.ts';
import { catalogueIds } from './catalogue-ids.ts';
import { createCodec } from './codec.ts';
import { registerSchemas } from './register.ts';
import { openRegistry } from './registry.ts';
import { createSchemaCache, type SchemaCache } from './schema-cache.ts';

const { registryUrl, redisUrl } = testStack();
before(() => registerSchemas(registryUrl));

const logger = pino({ level: 'silent' });
const AWAY = { code: 'REGISTRY_UNREACHABLE' };

/** A registry that can be taken down, and the cache of a service. */
async function cachedRegistry(t: Parameters<typeof faultyRegistry>[0]) {
  const state = { down: false };
  const { url } = await faultyRegistry(t, registryUrl, (request) => state.down && Boolean(request.destroy()));
  const scope = randomUUID();
  const wrong: Error[] = [];
  const cachedBy = (cache: SchemaCache) => ({ cache, logger, onWrongIds: (error: Error) => void wrong.push(error) });
  const cacheOf = (options: object = {}) => createSchemaCache({ redisUrl, scope, registryUrl: url, ...options });
  return { state, url, wrong, cacheOf, cachedBy };
}

describe('while the registry is unreachable', () => {
  it('a service starts with its cached ids, and encodes and decodes as before', async (t) => {
    const { state, url, cacheOf, cachedBy } = await cachedRegistry(t);
    const before = await createCodec({ registryUrl: url, cached: cachedBy(cacheOf()) });
    state.down = true;
    const codec = await createCodec({ registryUrl: url, cached: cachedBy(cacheOf()) });
    for (const type of eventTypes) {
      const event = exampleOf(type);
      assert.deepEqual(codec.encode(event), before.encode(event));
      assert.deepEqual(await codec.decode(before.encode(event)), event);
    }
  });

  it('a value of another version is decoded if its schema was loaded before', async (t) => {
    const { state, url, cacheOf, cachedBy } = await cachedRegistry(t);
    const { subject, schema } = catalogue['incident.opened'];
    const earlier = { ...schema, doc: 'An earlier version, for a test.' };
    const registry = openRegistry(registryUrl);
    await registry.register(subject, earlier);
    const event = exampleOf('incident.opened');
    const value = frame(await registry.idOf(subject, earlier), encodePayload('incident.opened', event as never));
    await (await createCodec({ registryUrl: url, cached: cachedBy(cacheOf()) })).decode(value);
    state.down = true;
    const codec = await createCodec({ registryUrl: url, cached: cachedBy(cacheOf()) });
    assert.deepEqual(await codec.decode(value), event);
    await assert.rejects(async () => codec.decode(frame(2_000_000_001, Buffer.from([0]))), AWAY);
  });

  it('the cache of another registry or Kafka is not used, and an unreachable Redis does not help', async (t) => {
    const { state, url, cacheOf, cachedBy } = await cachedRegistry(t);
    await createCodec({ registryUrl: url, cached: cachedBy(cacheOf()) });
    state.down = true;
    for (const other of [
      { registryUrl: `${url}/another` },
      { scope: randomUUID() },
      { redisUrl: 'redis://127.0.0.1:1' },
    ]) {
      await assert.rejects(createCodec({ registryUrl: url, cached: cachedBy(cacheOf(other)) }), AWAY);
    }
    await createCodec({ registryUrl: url.replace('://', '://user:secret@'), cached: cachedBy(cacheOf()) });
  });

  it('cached ids are verified when the registry is back', async (t) => {
    const { state, url, wrong, cacheOf, cachedBy } = await cachedRegistry(t);
    const right = await catalogueIds(openRegistry(url), cachedBy(cacheOf()));
    const shifted: SchemaCache = {
      read: async (fields) => (await cacheOf().read(fields)).map((id) => String(Number(id) + 1)),
      write: () => Promise.resolve(),
    };
    state.down = true;
    await catalogueIds(openRegistry(url), cachedBy(cacheOf()), 20);
    const ids = await catalogueIds(openRegistry(url), cachedBy(shifted), 20);
    assert.equal(ids.get('order.created'), (right.get('order.created') as number) + 1);
    assert.deepEqual(wrong, []);
    state.down = false;
    await until('the wrong ids are reported', () => wrong.length === 1);
    assert.match(String(wrong[0]), /schema ids differ .*order\.created/);
  });
});

it('"not found" from the registry overrides the cache', async (t) => {
  const subject = catalogue['order.shipped'].subject;
  let forgotten = false;
  const { url } = await faultyRegistry(t, registryUrl, (request, response) => {
    if (!forgotten || !request.url?.endsWith(subject)) return false;
    response.writeHead(404).end('{"error_code":40403,"message":"not found"}');
    return true;
  });
  const cache = createSchemaCache({ redisUrl, scope: randomUUID(), registryUrl: url });
  const cached = { cache, logger, onWrongIds: () => {} };
  const codec = await createCodec({ registryUrl: url, cached });
  assert.ok(unframe(codec.encode(exampleOf('order.shipped'))).schemaId > 0);
  forgotten = true;
  await assert.rejects(createCodec({ registryUrl: url, cached }), { code: 'UNREGISTERED_SCHEMA' });
});
