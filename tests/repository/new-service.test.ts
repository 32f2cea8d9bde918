import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createOwnChain } from '@switchboard/consumer/fixtures';
import { type AnyEvent, catalogue, eventHeaders, eventTypes, keyOf, readFields } from '@switchboard/events';
import { createCodec, createPublisher } from '@switchboard/kafka';
import { createLogger, environment } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { createScratchCopy, type ScratchCopy } from './scratch-copy.ts';

/** A name that other tests of the shared stack do not use as a consumer group. */
const NAME = `order-archive-${randomUUID().replace(/^\d/, 'a').slice(0, 6)}`;
const TYPE = 'order.shipped';
const folder = `services/${NAME}`;

let copy: ScratchCopy;
let said: string;
/** Without the install, which needs the network. */
const generate = (...args: string[]): Promise<string> =>
  copy.run(process.execPath, 'cli/main.ts', 'new-service', '--no-install', ...args);

before(async () => {
  copy = createScratchCopy();
  said = await generate(NAME, TYPE);
  copy.link();
});
after(() => copy?.[Symbol.dispose]());

describe('npm run new-service', () => {
  it('lists the files that it has written', () => {
    for (const file of ['package.json', 'src/main.ts', 'src/config.ts', 'src/on-order-shipped.ts', 'README.md']) {
      assert.ok(said.includes(`${folder}/${file}`), file);
    }
  });

  it('writes code that tsc and biome accept', async () => {
    await Promise.all([
      copy.run('node_modules/.bin/tsc', '-p', folder),
      copy.run(
        'node_modules/.bin/biome',
        'check',
        '--error-on-warnings',
        folder,
        'deploy/services.ts',
        'local/start/outside-systems.ts',
        'README.md',
        'docs/deploying.md',
      ),
    ]);
  });

  it('points it at the sandbox, as npm start does with all services', async () => {
    const url = "(await import('./local/start/outside-systems.ts')).outsideSystems";
    const places = "{ sandboxUrl: 'http://sandbox', smtpPort: 1, directory: '' }";
    const printed = await copy.run(process.execPath, '--eval', `console.log(${url}('${NAME}', ${places}))`);
    assert.match(printed, /_URL: 'http:\/\/sandbox\/webhook'/);
  });

  it('writes a small service', () => {
    assert.ok(copy.read(`${folder}/src/main.ts`).split('\n').length <= 15);
    const files = ['main.ts', 'config.ts', 'on-order-shipped.ts'];
    const lines = files.flatMap((file) => copy.read(`${folder}/src/${file}`).split('\n'));
    assert.ok(lines.length < 100);
  });

  it('writes tests that pass without Kafka', async () => {
    const printed = await copy.run(
      process.execPath,
      '--test',
      '--test-reporter=tap',
      `${folder}/src/on-order-shipped.test.ts`,
      `${folder}/src/no-freeze.test.ts`,
    );
    assert.match(printed, /^# pass 2$/m);
  });

  it('follows the rules of the repository and updates its lists', async () => {
    await copy.run(process.execPath, '--test', 'tests/repository/docs.test.ts', 'tests/repository/layout.test.ts');
  });

  it('adds it to the consumers in the published catalogue', async () => {
    await copy.run(process.execPath, 'catalogue/main.ts', '--check');
    assert.ok(copy.read('services/ingest/catalogue/index.html').includes(`<code>${NAME}</code>`));
  });

  it('gives each service a separate port', async () => {
    const ports = [...copy.read('deploy/services.ts').matchAll(/port: (\d+)/g)].map(([, port]) => port);
    await generate(`${NAME}-too`, 'incident.opened');
    const later = [...copy.read('deploy/services.ts').matchAll(/port: (\d+)/g)].map(([, port]) => port);
    assert.equal(later.length, ports.length + 1);
    assert.equal(new Set(later).size, later.length);
  });

  for (const [name, sentence] of [
    ['OrderArchive', 'OrderArchive is no name for a service: use small letters'],
    ['order_archive', 'is no name for a service'],
    ['../escape', 'is no name for a service'],
    ['ingest', 'ingest is taken'],
    ['redis', 'redis is taken'],
    ['kafka', 'kafka is taken'],
    ['schema-registry', 'schema-registry is taken: SCHEMA_REGISTRY_URL means something else already'],
    ['sandbox-smtp', 'sandbox-smtp is taken: SANDBOX_SMTP_PORT means'],
    ['hubspot', 'hubspot is taken: HUBSPOT_URL means'],
    ['utils', 'utils does not say what the service does'],
    ['a'.repeat(41), 'is too long'],
  ] as const) {
    it(`refuses the name ${name}`, async () => {
      await assert.rejects(generate(name, TYPE), (error: Error) => error.message.includes(sentence));
    });
  }

  it('refuses an event type that is not in the catalogue, and lists those that are', async () => {
    const list = eventTypes.join(', ');
    await assert.rejects(generate('order-copy', 'order.lost'), (error: Error) =>
      error.message.includes(`There is no event type order.lost; there are ${list}.`),
    );
  });
});

it('a new service runs: an event reaches its destination', async () => {
  const stack = testStack();
  const received: { key: unknown; id: string }[] = [];
  const destination = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const event = JSON.parse(Buffer.concat(chunks).toString()) as AnyEvent;
    received.push({ key: request.headers['idempotency-key'], id: event.meta.id });
    response.end();
  });
  await once(destination.listen(0, '127.0.0.1'), 'listening');
  const variable = `${NAME.replaceAll('-', '_').toUpperCase()}_URL`;
  await createOwnChain({ brokers: stack.brokers }, NAME, catalogue[TYPE].topic, '5s,1m,10m');
  const service = spawn(process.execPath, [join(copy.root, folder, 'src/main.ts')], {
    env: {
      ...environment,
      KAFKA_BROKERS: stack.brokers,
      SCHEMA_REGISTRY_URL: stack.registryUrl,
      REDIS_URL: stack.redisUrl,
      PORT: '0',
      LOG_LEVEL: 'warn',
      [variable]: `http://127.0.0.1:${(destination.address() as AddressInfo).port}`,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(service, 'exit');
  const logger = createLogger('test', 'silent');
  const brokers = stack.brokers.split(',');
  const publisher = await createPublisher({ brokers, clientId: 'test', logger, deadlineMs: 30_000 });
  try {
    const event = orderShipped(randomUUID());
    const { encode } = await createCodec({ registryUrl: stack.registryUrl });
    const { topic } = catalogue[TYPE];
    await publisher.publish({ topic, key: keyOf(event), value: encode(event), headers: eventHeaders(event) });
    const arrived = () => received.filter(({ id }) => id === event.meta.id);
    await until('the event arrives', () => {
      assert.equal(service.exitCode, null);
      return arrived().length > 0;
    });
    const key = encodeURIComponent(`${NAME}:acme:shop:${TYPE}:${event.meta.id}`);
    assert.deepEqual(arrived(), [{ key, id: event.meta.id }]);
    service.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
  } finally {
    service.kill('SIGKILL');
    await publisher.close();
    destination.close();
  }
});

function orderShipped(id: string): AnyEvent {
  const now = Date.now();
  const result = readFields(TYPE, { ...catalogue[TYPE].example, orderId: `order-${id}` });
  assert.ok(result.ok);
  const meta = {
    id,
    type: TYPE,
    source: 'shop',
    tenant: 'acme',
    occurredAt: now,
    receivedAt: now,
    extra: null,
  } as const;
  return { ...result.fields, meta };
}
