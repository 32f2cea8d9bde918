import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createSampleEvent } from '@switchboard/cli/sample-event';
import { createClient, SendError } from '@switchboard/client';
import { readAddresses } from '@switchboard/deploy/register';
import { principals } from '@switchboard/deploy/rights';
import { ingest, QUARANTINE_TOPIC, sandbox, services } from '@switchboard/deploy/services';
import {
  type ClientName,
  clusterId,
  createGroupReader,
  createPublisher,
  type KafkaConnection,
} from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { keystoreOf, type Stack, startStack } from '@switchboard/stack';
import { createAuthority } from '@switchboard/stack/authority';
import { eventually, until } from '@switchboard/stack/until';
import { isReady } from './fleet.ts';
import { forbidden, refusalOf } from './forbidden.ts';
import { startTokenServer } from './secured-clients.ts';
import { installSecured, type SecuredInstallation } from './secured-installation.ts';

let stack: Stack;
let directory: string;
let installation: SecuredInstallation;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switchboard-secured-'));
  stack = await startStack({ directory: join(directory, 'stack'), ports: 'free', secured: true });
  installation = await installSecured(stack, directory);
});
after(async () => {
  installation?.kill();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

const logger = createLogger('test', 'silent');

/** @throws what the service said, if it is not ready in time */
async function untilReady(name: string): Promise<void> {
  await until(`${name} is ready`, () => isReady(installation.urlOf(name))).catch((cause) => {
    throw new Error(installation.programs.get(name)?.output, { cause });
  });
}

async function send(type: Parameters<typeof createSampleEvent>[0], changes: Record<string, unknown> = {}) {
  const { source, body } = createSampleEvent(type, changes);
  const client = createClient({ url: installation.urlOf(ingest.name), source, secret: 'local-secret' });
  const accepted = async (): Promise<boolean> => {
    try {
      await client.sendRaw(body);
      return true;
    } catch (error) {
      if (error instanceof SendError && error.status !== undefined && error.status < 500) throw error;
      return false;
    }
  };
  await until(`${type} is accepted`, accepted);
}

async function effects(system: string): Promise<string> {
  return (await fetch(`${installation.urlOf(sandbox.name)}/effects?system=${system}`)).text();
}

const connectionOf = (user: string): KafkaConnection => {
  const { registryUrl: _, ...connection } = readAddresses(installation.variablesOf(user));
  return connection;
};

describe('with a user of its own for each service, and no right too many', () => {
  for (const { name } of services) {
    it(`${name} is ready`, () => untilReady(name));
  }

  it('an escalation reaches the CRM, the helpdesk and the agents', async () => {
    await send('conversation.escalated', { customer: { name: 'Jane Doe', email: 'jane.secured@example.com' } });
    for (const system of ['hubspot', 'zendesk', 'slack']) {
      await until(`an effect in ${system}`, async () => (await effects(system)).includes('"kind":"effect"'));
    }
  });

  it('an article is found', async () => {
    await send('article.published');
    await until('the article is found', async () => {
      const response = await fetch(`${installation.urlOf('kb-indexer')}/v1/search?q=parcel+return`);
      return (await response.text()).includes('"articleId"');
    });
  });
});

describe('the broker denies', () => {
  for (const { name } of principals) {
    it(`${name} what it does not need`, async () => {
      for (const [what, attempt] of forbidden(name)) {
        const refusal = await refusalOf(() => attempt(connectionOf(name)));
        assert.match(refusal.message, new RegExp(`denies ${name} ${what}`));
      }
    });
  }
});

describe('both clients log in', () => {
  const works = async (variables: Record<string, string>) => {
    const { registryUrl: _, ...connection } = readAddresses({ ...installation.variablesOf('actions'), ...variables });
    await clusterId(connection);
    for (const client of ['platformatic', 'kafkajs'] satisfies ClientName[]) {
      const publisher = await createPublisher({ ...connection, client, clientId: 'test', logger, deadlineMs: 30_000 });
      await publisher.check();
      await assert.rejects(
        publisher.publish({ topic: 'chat.conversations', key: 'key', value: Buffer.from('x'), headers: {} }),
        { code: 'REFUSED', message: 'Kafka denies actions Write on topic chat.conversations' },
      );
      await publisher.close();
    }
  };

  for (const KAFKA_SASL_MECHANISM of ['plain', 'scram-sha-256', 'scram-sha-512']) {
    it(`with ${KAFKA_SASL_MECHANISM}`, () => works({ KAFKA_SASL_MECHANISM }));
  }

  it('with a certificate alone, which names the user', async () => {
    const settings = await readFile(join(directory, 'stack/kafka-1/broker-1.properties'), 'utf8');
    const [, port] = /MUTUAL:\/\/127\.0\.0\.1:(\d+)/.exec(settings) ?? [];
    const authority = await createAuthority(installation.secured.directory);
    const publishers = async (user: string) => {
      const { certFile, keyFile } = await authority.issue(user);
      const { registryUrl: _, ...connection } = readAddresses({
        ...{ KAFKA_BROKERS: `localhost:${port}`, KAFKA_TLS_CA_FILE: installation.secured.caFile },
        ...{ KAFKA_TLS_CERT_FILE: certFile, KAFKA_TLS_KEY_FILE: keyFile, SCHEMA_REGISTRY_URL: stack.registryUrl },
      });
      return Promise.all(
        (['platformatic', 'kafkajs'] satisfies ClientName[]).map((client) =>
          eventually(() => createPublisher({ ...connection, client, clientId: 'test', logger, deadlineMs: 30_000 })),
        ),
      );
    };
    const record = { topic: QUARANTINE_TOPIC, key: null, value: Buffer.from('x'), headers: {} };
    for (const publisher of await publishers(ingest.name)) {
      await publisher.publish(record);
      await publisher.close();
    }
    for (const publisher of await publishers('actions')) {
      await assert.rejects(publisher.publish(record), { code: 'REFUSED', message: /denies CN=actions Write/ });
      await publisher.close();
    }
  });

  it('with oauthbearer, and share one token', async () => {
    await using tokens = await startTokenServer('actions');
    await works({
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_OAUTH_TOKEN_URL: tokens.url,
      KAFKA_OAUTH_CLIENT_ID: 'actions',
      KAFKA_OAUTH_CLIENT_SECRET: 'client-secret',
      KAFKA_OAUTH_SCOPE: 'kafka',
    });
    assert.deepEqual(tokens.asked, [
      'grant_type=client_credentials&client_id=actions&client_secret=client-secret&scope=kafka',
    ]);
  });
});

describe('a program that Kafka refuses ends with one sentence', () => {
  const ends = async (variables: Record<string, string>, sentence: RegExp, code = 1) => {
    const own = { ...installation.variablesOf('crm-sync'), PORT: '0', ...variables };
    // On a busy machine, a program may give up on Kafka first.
    return until(`it says ${sentence}`, async () => {
      const program = installation.run('crm-sync', own);
      const exit = await program.exit;
      if (/None of the brokers/.test(program.output)) return undefined;
      assert.match(program.output, sentence);
      assert.equal(exit, code);
      return program.output;
    });
  };

  it('for a wrong password', async () => {
    const output = await ends(
      { KAFKA_SASL_PASSWORD_FILE: '', KAFKA_SASL_PASSWORD: 'wrong-and-hidden' },
      /Kafka refuses the user crm-sync or its password: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/,
    );
    assert.doesNotMatch(output, /wrong-and-hidden/);
  });

  it('for an authority that it does not know', async () => {
    await ends({ KAFKA_TLS_CA_FILE: '', KAFKA_TLS: 'true' }, /unknown authority: set KAFKA_TLS_CA_FILE/);
  });

  it('for a file that does not exist', async () => {
    const variables = { KAFKA_TLS_CA_FILE: '/nowhere/ca.pem' };
    await ends(variables, /KAFKA_TLS_CA_FILE cannot be read: \/nowhere\/ca.pem/, 78);
  });

  it('for a right that it lacks', async () => {
    await ends(installation.variablesOf('kb-indexer'), /Kafka denies kb-indexer Describe on topic /);
  });

  it('for a topic that register has not created', async () => {
    await ends(
      { RETRY_DELAYS: '7s' },
      /topic crm-sync\.retry\.7s does not exist: run .npm run register. with RETRY_DELAYS=7s/,
    );
  });
});

describe('a new authority and certificate', () => {
  it('take effect under load, and lose nothing', async () => {
    const { secured } = installation;
    const ended = installation.ended();
    const emails = Array.from({ length: 60 }, (_, index) => `rotation.${index}@example.com`);
    const sending = (async () => {
      for (const email of emails) await send('lead.captured', { email });
    })();
    const next = await createAuthority(join(directory, 'next-authority'));
    await appendFile(secured.caFile, await readFile(next.caFile, 'utf8'));
    const { certFile, keyFile } = await next.issue('server');
    const [broker] = stack.kafka;
    await broker?.stop();
    keystoreOf({ ...secured, certFile, keyFile });
    // A start has a limit that a busy machine may exceed.
    const isBack = () =>
      broker?.start().then(
        () => true,
        () => false,
      );
    await until('the broker is back', isBack);
    await sending;
    await until('every lead is in the CRM', async () => {
      const text = await effects('hubspot');
      return emails.every((email) => text.includes(email));
    });
    assert.deepEqual(installation.ended(), ended, 'no service was restarted');
  });
});

/** The contract that ingest publishes, and what probes and Prometheus ask, for which there is OPS_PORT. */
const OPEN = ['/openapi.json', '/asyncapi.json', '/catalogue', '/livez', '/readyz', '/health', '/metrics'];

it('no route that shows data answers a stranger without a key', async () => {
  const { paths } = (await (await fetch(`${installation.urlOf(ingest.name)}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    'get' in methods && !OPEN.includes(path) ? [path] : [],
  );
  assert.ok(routes.includes('/v1/search'), routes.join());
  await Promise.all(services.map(({ name }) => untilReady(name)));
  for (const path of routes) {
    const url = path.replaceAll(/\{\w+\}/g, 'x');
    const answers = services.map(async ({ name }) => {
      // A request that a proxy has forwarded is a stranger's.
      const headers = { 'x-forwarded-for': '203.0.113.9' };
      return (await fetch(installation.urlOf(name) + url, { headers })).status;
    });
    const statuses = (await Promise.all(answers)).filter((status) => status !== 404);
    assert.ok(
      statuses.every((status) => status === 401),
      `${path}: ${statuses}`,
    );
    if (path === '/v1/search') assert.deepEqual(statuses, [401]);
  }
});

it('a consumer group that lacks a right fails once, and names it', async () => {
  // A member of the same group would hand out the partitions, and knows only topics of its own.
  const owner = installation.programs.get('kb-indexer');
  owner?.child.kill('SIGTERM');
  await owner?.exit;
  for (const [user, groupId, topic, right] of [
    ['ops', 'crm-sync', 'chat.conversations', 'Read on group crm-sync'],
    ['kb-indexer', 'kb-indexer', 'kb-indexer.dlq', 'Read on topic kb-indexer.dlq'],
  ] as const) {
    const failed = Promise.withResolvers<Error>();
    const nothing = () => {};
    const reader = createGroupReader({
      ...{
        connection: connectionOf(user),
        clientId: 'test',
        groupId,
        topics: [topic],
        sessionTimeoutMs: 10_000,
        logger,
      },
      listener: {
        ...{ assigned: nothing, revoked: nothing, rebalancing: nothing, starts: nothing },
        ...{ skipped: nothing, lost: nothing, records: async () => {}, failed: failed.resolve },
      },
    });
    reader.start().catch(failed.resolve);
    assert.match((await failed.promise).message, new RegExp(`^Kafka denies ${user} ${right}`));
    await reader.stop(5_000);
  }
});

it('no log has a secret', () => {
  const { secured } = installation;
  const secrets = secured.users.map(secured.passwordOf);
  const kept = readFileSync(join(directory, 'stack/redis/redis.log'), 'utf8');
  for (const text of [kept, installation.output()]) {
    for (const secret of secrets) assert.ok(!text.includes(secret));
  }
});
