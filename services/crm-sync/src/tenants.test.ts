import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type AnyEvent, eventHeaders, keyOf } from '@switchboard/events';
import { createCodec, createPublisher, createTopics, type Publisher, readTopics } from '@switchboard/kafka';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { createLogger } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { escalated } from '../fixtures/events.ts';
import { type FakeCrm, startFakeCrm } from '../fixtures/fake-crm.ts';
import { readRecords } from '../fixtures/records.ts';
import { startService } from '../fixtures/service.ts';

const stack = testStack();
const connection = { brokers: stack.brokers.split(',') };

let publisher: Publisher;
let encode: (event: AnyEvent) => Buffer;
let sandbox: Sandbox;
before(async () => {
  const logger = createLogger('test', 'silent');
  publisher = await createPublisher({ ...connection, clientId: 'test', logger, deadlineMs: 30_000 });
  ({ encode } = await createCodec({ registryUrl: stack.registryUrl }));
  sandbox = await startSandbox();
});
after(async () => {
  await publisher.close();
  await sandbox.close();
});

/** The service with connections of tenants, and no CRM of all. */
async function open(t: TestContext, connections: object, secrets: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'connections-'));
  t.after(() => rm(folder, { recursive: true }));
  const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  const putConnections = (content: object): Promise<void> => put('c.yaml', JSON.stringify({ connections: content }));
  for (const [name, text] of Object.entries(secrets)) await put(name, text);
  await putConnections(connections);
  const run = randomUUID().slice(0, 8);
  const topic = `test.crm-sync-${run}`;
  const service = `crm-sync-${run}`;
  await createTopics(connection, { topics: [topic], partitions: 3, replication: 1 });
  const variables = { CONNECTIONS_FILE: join(folder, 'c.yaml') };
  const running = await startService({ service, topic, stack, variables });
  let count = 0;
  return {
    put,
    putConnections,
    async publish(tenant: string): Promise<void> {
      const number = ++count;
      const email = `${tenant}-${number}-${run}@example.com`;
      const event = escalated({ id: `${run}-${number}`, email, conversationId: `c-${number}` });
      const sent = { ...event, meta: { ...event.meta, tenant } };
      const record = { topic, key: keyOf(sent), value: encode(sent), headers: eventHeaders(sent) };
      await publisher.publish(record);
    },
    metrics: () => running.metrics.metrics(),
    async deadLetters(): Promise<number> {
      let dead = 0;
      await readTopics(connection, [`${service}.dlq`], () => {
        dead += 1;
      });
      return dead;
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

const http = ({ url }: FakeCrm, secret: string) => ({
  ...{ role: 'crm', kind: 'http', url },
  auth: { kind: 'bearer', token: { file: secret } },
});

describe('the CRMs of tenants', () => {
  it('get the events of their tenant with their own credentials; a tenant without one is skipped', async (t) => {
    await using own = await startFakeCrm();
    const hubspot = { role: 'crm', kind: 'hubspot', url: `${sandbox.url}/hubspot` };
    const token = { kind: 'bearer', token: { file: 'hubspot' } };
    const connections = { acme: { hubspot: { ...hubspot, auth: token } }, umbrella: { own: http(own, 'umbrella') } };
    const secrets = { hubspot: credentials.hubspot.token, umbrella: 'secret of umbrella' };
    await using service = await open(t, connections, secrets);
    for (const tenant of ['acme', 'umbrella', 'initech']) await service.publish(tenant);
    const records = readRecords('hubspot', sandbox.url);
    t.after(records.close);
    await until('HubSpot has its note', async () => (await records.notes()).length === 1);
    await until('the other CRM has its note', () => own.notes.length === 1);
    assert.deepEqual([...own.tokens], ['secret of umbrella']);
    const skipped = 'consumer_nothing_to_do_total{type="conversation.escalated",reason="no_crm"} 1';
    await until('the tenant without a CRM is skipped', async () => (await service.metrics()).includes(skipped));
    assert.equal(await service.deadLetters(), 0);
  });

  it('each get their effect of an event once, though one of them is down', async (t) => {
    await using up = await startFakeCrm();
    await using down = await startFakeCrm();
    down.status = 503;
    const connections = { acme: { up: http(up, 'a'), down: http(down, 'b') } };
    await using service = await open(t, connections, { a: 'secret a', b: 'secret b' });
    await service.publish('acme');
    await until('the one that works has its note', () => up.notes.length === 1);
    await until('the other was asked', () => down.tokens.size === 1);
    assert.equal(down.notes.length, 0);
    down.status = undefined;
    await until('the other has its note', () => down.notes.length === 1);
    assert.equal(up.notes.length, 1);
    assert.notEqual(up.notes[0], down.notes[0], 'each effect has a key of its own');
    assert.deepEqual([[...up.tokens], [...down.tokens]], [['secret a'], ['secret b']]);
    assert.equal(await service.deadLetters(), 0);
  });

  it('hold up only their own tenant when they are down or refuse the credentials', async (t) => {
    await using well = await startFakeCrm();
    await using down = await startFakeCrm();
    await using refusing = await startFakeCrm();
    down.status = 503;
    refusing.accepts = () => false;
    const secrets = { a: 'secret a', b: 'secret b', c: 'secret c' };
    const connections = {
      well: { crm: http(well, 'a') },
      down: { crm: http(down, 'b') },
      refusing: { crm: http(refusing, 'c') },
    };
    await using service = await open(t, connections, secrets);
    for (let n = 0; n < 20; n += 1) for (const tenant of ['down', 'refusing', 'well']) await service.publish(tenant);
    await until('the tenant whose CRM works has its notes', () => well.notes.length === 20);
    assert.deepEqual([down.notes.length, refusing.notes.length], [0, 0]);
    down.status = undefined;
    refusing.accepts = () => true;
    await until('the others have theirs', () => down.notes.length === 20 && refusing.notes.length === 20);
    assert.equal(await service.deadLetters(), 0);
  });

  it('take rotated credentials, a new address and a new tenant while events come; a broken file changes nothing', async (t) => {
    await using first = await startFakeCrm();
    await using second = await startFakeCrm();
    await using service = await open(t, { acme: { own: http(first, 'acme') } }, { acme: 'old' });
    let published = 0;
    const load = setInterval(() => {
      published += 1;
      void service.publish('acme');
    }, 20);
    t.after(() => clearInterval(load));
    await until('notes come', () => first.notes.length > 5);
    await service.put('acme', 'new');
    first.accepts = (token) => token === 'new';
    const then = first.notes.length;
    await until('notes come again', () => first.tokens.has('new') && first.notes.length > then + 5);

    await service.put('c.yaml', 'connections: { acme: { own: { role: crm');
    await until('the file is refused', async () => /^connections_reload_failed\{?.*1$/m.test(await service.metrics()));
    const still = first.notes.length;
    await until('notes come still', () => first.notes.length > still + 5);

    await service.putConnections({ acme: { own: http(second, 'acme') }, umbrella: { own: http(first, 'umbrella') } });
    await service.put('umbrella', 'secret of umbrella');
    await until('the new address is used', () => second.notes.length > 0);
    clearInterval(load);
    first.accepts = () => true;
    await service.publish('umbrella');
    await until('the new tenant has its note', () => first.tokens.has('secret of umbrella'));
    await until('all events are done', () => first.notes.length + second.notes.length === published + 1);
    assert.deepEqual([...first.tokens].sort(), ['new', 'old', 'secret of umbrella']);
    assert.deepEqual([...second.tokens], ['new']);
    assert.equal(await service.deadLetters(), 0);
  });
});
