import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { before, test } from 'node:test';
import { catalogue, type EventOf, encodePayload, eventTypes, frame, unframe } from '@switchboard/events';
import { testStack } from '@switchboard/stack/test-stack';
import { exampleOf } from '../../fixtures/example-of.ts';
import { faultyRegistry } from '../../fixtures/faulty-registry.ts';
import { createCodec } from './codec.ts';
import { registerSchemas } from './register.ts';
import { openRegistry } from './registry.ts';

const { registryUrl } = testStack();
before(() => registerSchemas(registryUrl));

test('every event of the catalogue survives encoding and decoding', async () => {
  const codec = await createCodec({ registryUrl });
  for (const type of eventTypes) {
    const event = exampleOf(type);
    assert.deepEqual(await codec.decode(codec.encode(event)), event);
  }
});

test('the encoded value carries the id that the registry has for our schema', async () => {
  const codec = await createCodec({ registryUrl });
  const { subject, schema } = catalogue['order.created'];
  const { schemaId } = unframe(codec.encode(exampleOf('order.created')));
  assert.equal(schemaId, await openRegistry(registryUrl).idOf(subject, schema));
});

test('after startup, no event of the catalogue needs the registry', async (t) => {
  let down = false;
  const { url } = await faultyRegistry(t, registryUrl, (request) => down && Boolean(request.destroy()));
  const codec = await createCodec({ registryUrl: url });
  down = true;
  const event = exampleOf('lead.captured');
  assert.deepEqual(await codec.decode(codec.encode(event)), event);
});

test('a value of an earlier version is read with our schema, and the registry is asked once', async (t) => {
  const { subject, schema } = catalogue['incident.resolved'];
  const earlier = { ...schema, doc: 'An earlier version, for a test.' };
  const registry = openRegistry(registryUrl);
  await registry.register(subject, earlier);
  const id = await registry.idOf(subject, earlier);

  const { url, asked } = await faultyRegistry(t, registryUrl, () => false);
  const codec = await createCodec({ registryUrl: url });
  const event = exampleOf('incident.resolved') as EventOf<'incident.resolved'>;
  const value = frame(id, encodePayload('incident.resolved', event));
  for (const decoded of await Promise.all(Array.from({ length: 20 }, () => codec.decode(value)))) {
    assert.deepEqual(decoded, event);
  }
  await codec.decode(value);
  assert.deepEqual(asked, [String(id)]);
});

test('an id that the registry does not know fails for good, and is requested once', async (t) => {
  const { url, asked } = await faultyRegistry(t, registryUrl, () => false);
  const codec = await createCodec({ registryUrl: url });
  const value = frame(2_000_000_000, Buffer.from([0]));
  const failed = await Promise.allSettled(Array.from({ length: 20 }, () => codec.decode(value)));
  for (const result of failed) assert.equal((result as PromiseRejectedResult).reason.code, 'UNKNOWN_SCHEMA');
  await assert.rejects(async () => codec.decode(value), { code: 'UNKNOWN_SCHEMA', message: /2000000000/ });
  assert.deepEqual(asked, ['2000000000']);
});

test('the id of a schema outside the catalogue fails for good', async () => {
  const registry = openRegistry(registryUrl);
  const [subject, schema] = [`codec-test-${randomUUID()}`, { type: 'record', name: 'Stranger', fields: [] }];
  await registry.guard(subject);
  await registry.register(subject, schema);
  const codec = await createCodec({ registryUrl });
  const value = frame(await registry.idOf(subject, schema), Buffer.alloc(0));
  await assert.rejects(async () => codec.decode(value), { name: 'EventsError', code: 'UNKNOWN_SCHEMA' });
});

test('bytes that are not an encoded event fail for good, without a request to the registry', async (t) => {
  const { url, asked } = await faultyRegistry(t, registryUrl, () => false);
  const codec = await createCodec({ registryUrl: url });
  await assert.rejects(async () => codec.decode(Buffer.from('{"json":true}')), { code: 'NOT_FRAMED' });
  await assert.rejects(async () => codec.decode(Buffer.alloc(0)), { code: 'NOT_FRAMED' });
  const whole = codec.encode(exampleOf('order.created'));
  await assert.rejects(async () => codec.decode(whole.subarray(0, whole.length - 1)), { code: 'UNREADABLE' });
  assert.deepEqual(asked, []);
});

const outages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  'drops connections': (request) => request.destroy(),
  'never answers': () => {},
  'answers 500': (_request, response) => response.writeHead(500).end('{"error_code":50001,"message":"store"}'),
  'answers 503 by a proxy': (_request, response) => response.writeHead(503).end('<html>'),
  'is a gateway that answers 404 to everything': (_request, response) =>
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no route matched"}'),
  'asks for a password': (_request, response) => response.writeHead(401).end('{"message":"who are you?"}'),
};

for (const [what, outage] of Object.entries(outages)) {
  test(`a registry that ${what} is unreachable, and the codec recovers afterwards`, async (t) => {
    let down = false;
    const { url } = await faultyRegistry(t, registryUrl, (request, response) => {
      if (down) outage(request, response);
      return down;
    });
    const codec = await createCodec({ registryUrl: url });
    const value = frame(2_000_000_000, Buffer.from([0]));
    down = true;
    await assert.rejects(async () => codec.decode(value), {
      code: 'REGISTRY_UNREACHABLE',
      message: /does not answer as expected/,
    });
    await assert.rejects(createCodec({ registryUrl: url }), { code: 'REGISTRY_UNREACHABLE' });
    down = false;
    await assert.rejects(async () => codec.decode(value), { code: 'UNKNOWN_SCHEMA' });
  });
}

test('startup names a schema that is not registered', async (t) => {
  const { url } = await faultyRegistry(t, registryUrl, (request, response) => {
    if (!request.url?.endsWith(catalogue['order.shipped'].subject)) return false;
    response.writeHead(404).end('{"error_code":40403,"message":"not found"}');
    return true;
  });
  await assert.rejects(createCodec({ registryUrl: url }), {
    code: 'UNREGISTERED_SCHEMA',
    message: /OrderShipped: register the schemas/,
  });
});

test('registering again or concurrently changes nothing', async () => {
  const versions = async () =>
    (await fetch(`${registryUrl}/subjects/${catalogue['order.created'].subject}/versions`)).json();
  const before = await versions();
  await Promise.all([registerSchemas(registryUrl), registerSchemas(registryUrl), registerSchemas(`${registryUrl}/`)]);
  assert.deepEqual(await versions(), before);
});

test('each subject accepts only schemas compatible with every version in both directions', async () => {
  for (const type of eventTypes) {
    const config = await (await fetch(`${registryUrl}/config/${catalogue[type].subject}`)).json();
    assert.deepEqual(config, { compatibilityLevel: 'FULL_TRANSITIVE' });
  }
  const { subject, schema } = catalogue['order.created'];
  const fields = [...schema.fields, { name: 'added', type: 'string' }];
  await assert.rejects(openRegistry(registryUrl).register(subject, { ...schema, fields }), {
    code: 'INCOMPATIBLE_SCHEMA',
    message: /OrderCreated breaks a registered version .*added.* give new ones a default/s,
  });
});
