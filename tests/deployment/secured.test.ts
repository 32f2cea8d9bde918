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
import { consumers, ingest, sandbox, services } from '@switchboard/deploy/services';
import { createPublisher, createTopics, describeGroup, type KafkaConnection, readTopics } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { keystoreOf, type Stack, startStack } from '@switchboard/stack';
import { createAuthority } from '@switchboard/stack/authority';
import { until } from '@switchboard/stack/until';
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

async function send(type: Parameters<typeof createSampleEvent>[0], changes: Record<string, unknown> = {}) {
  const { source, body } = createSampleEvent(type, changes);
  const client = createClient({ url: installation.urlOf(ingest.name), source, secret: 'local-secret' });
  await until(`${type} is accepted`, async () => {
    try {
      await client.sendRaw(body);
      return true;
    } catch (error) {
      if (error instanceof SendError && error.status !== undefined && error.status < 500) throw error;
      return false;
    }
  });
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
    it(`${name} is ready`, async () => {
      const program = installation.programs.get(name);
      await until(`${name} is ready`, async () => {
        if (program?.child.exitCode !== null) throw new Error(program?.output);
        return fetch(`${installation.urlOf(name)}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        );
      });
    });
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

const read = (topic: string) => (connection: KafkaConnection) => readTopics(connection, [topic], () => {});
const describeOwn = (group: string) => (connection: KafkaConnection) => describeGroup(connection, group);
const create = (topic: string) => (connection: KafkaConnection) =>
  createTopics(connection, { topics: [topic], partitions: 1, replication: 1 });
const write = (topic: string) => async (connection: KafkaConnection) => {
  const publisher = await createPublisher({ ...connection, clientId: 'test', logger, deadlineMs: 30_000 });
  try {
    await publisher.publish({ topic, key: 'key', value: Buffer.from('x'), headers: {} });
  } finally {
    await publisher.close();
  }
};

type Attempt = [right: string, attempt: (connection: KafkaConnection) => Promise<unknown>];

/** What a principal must not do, with the right that the refusal names. */
function forbidden(name: string): Attempt[] {
  const other = name === 'ticketing' ? 'crm-sync' : 'ticketing';
  const always: Attempt[] = [
    ['Create on topic new.topic', create('new.topic')],
    [`Write on topic ${other}.dlq`, write(`${other}.dlq`)],
  ];
  if (name === 'redrive' || name === 'ops') {
    return [...always, ['Write on topic chat.conversations', write('chat.conversations')]];
  }
  return [
    ...always,
    [`Describe on group ${other}`, describeOwn(other)],
    [`\\w+ on topic ${other}.retry.5s`, read(`${other}.retry.5s`)],
    [`\\w+ on topic ${name}.dlq`, read(`${name}.dlq`)],
  ];
}

describe('the broker denies', () => {
  for (const { name } of principals) {
    it(`${name} what it does not need`, async () => {
      for (const [what, attempt] of forbidden(name)) {
        await assert.rejects(attempt(connectionOf(name)), (error: Error & { code?: string }) => {
          assert.match(String(error.code), /^(FORBIDDEN|REFUSED)$/, `${name}, ${what}: ${error.stack}`);
          assert.match(error.message, new RegExp(`denies ${name} ${what}`));
          return true;
        });
      }
    });
  }
});

describe('a program that Kafka refuses ends with one sentence', () => {
  const ends = async (variables: Record<string, string>, sentence: RegExp, code = 1) => {
    const program = installation.run('crm-sync', { ...installation.variablesOf('crm-sync'), PORT: '0', ...variables });
    assert.equal(await program.exit, code, program.output);
    assert.match(program.output, sentence);
    return program.output;
  };

  it('for a wrong password', async () => {
    const output = await ends(
      { KAFKA_SASL_PASSWORD_FILE: '', KAFKA_SASL_PASSWORD: 'wrong-and-hidden' },
      /Kafka refuses the user crm-sync or its password: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/,
    );
    assert.doesNotMatch(output, /wrong-and-hidden/);
  });

  it('for an authority that it does not know', () =>
    ends({ KAFKA_TLS_CA_FILE: '', KAFKA_TLS: 'true' }, /unknown authority: set KAFKA_TLS_CA_FILE/));

  it('for a file that does not exist', () =>
    ends({ KAFKA_TLS_CA_FILE: '/nowhere/ca.pem' }, /KAFKA_TLS_CA_FILE cannot be read: \/nowhere\/ca.pem/, 78));

  it('for a right that it lacks', () =>
    ends(installation.variablesOf('kb-indexer'), /Kafka denies kb-indexer Describe on topic /));

  it('for a topic that register has not created', () => ends({ RETRY_DELAYS: '7s' }, /topic crm-sync\.retry\.7s/));
});

describe('a new authority and certificate', () => {
  it('take effect under load, and lose nothing', async () => {
    const { secured } = installation;
    const emails = Array.from({ length: 60 }, (_, index) => `rotation.${index}@example.com`);
    const sending = (async () => {
      for (const email of emails) await send('lead.captured', { customer: { name: 'Jane Doe', email } });
    })();
    const next = await createAuthority(join(directory, 'next-authority'));
    await appendFile(secured.caFile, await readFile(next.caFile, 'utf8'));
    const { certFile, keyFile } = await next.issue('server');
    const [broker] = stack.kafka;
    await broker?.stop();
    keystoreOf({ ...secured, certFile, keyFile });
    await broker?.start();
    await sending;
    await until('every lead is in the CRM', async () => {
      const text = await effects('hubspot');
      return emails.every((email) => text.includes(email));
    });
    for (const { name } of consumers) {
      assert.equal(installation.programs.get(name)?.child.exitCode, null, `${name} still runs`);
    }
  });
});

it('no log has a secret', () => {
  const { secured, programs } = installation;
  const secrets = secured.users.map(secured.passwordOf);
  const kept = readFileSync(join(directory, 'stack/redis/redis.log'), 'utf8');
  for (const text of [kept, ...[...programs.values()].map(({ output }) => output)]) {
    for (const secret of secrets) assert.ok(!text.includes(secret));
  }
});
