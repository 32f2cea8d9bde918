import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readConfig } from '@switchboard/service';
import { createAuthority } from '@switchboard/stack/authority';
import { openKafka } from './kafka.ts';
import { kafkaConfig } from './kafka-config.ts';

const open = (variables: Record<string, string>) =>
  openKafka(readConfig(kafkaConfig, { KAFKA_BROKERS: 'a:9093, b:9093', ...variables }));

async function file(content: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'kafka-config-')), 'secret');
  await writeFile(path, content);
  return path;
}

describe('the connection to Kafka', () => {
  it('is plain without further variables', () => {
    assert.deepEqual(open({}), { brokers: ['a:9093', 'b:9093'] });
  });

  it('fits Confluent Cloud: TLS with the authorities of Node.js, and an API key', () => {
    const { tls, sasl, principal } = open({
      KAFKA_TLS: 'true',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'API_KEY',
      KAFKA_SASL_PASSWORD: 'API_SECRET',
    });
    assert.ok(tls?.());
    assert.equal(principal, 'API_KEY');
    assert.ok(sasl?.mechanism === 'plain');
    assert.deepEqual([sasl.username(), sasl.password()], ['API_KEY', 'API_SECRET']);
  });

  it('fits MSK with SCRAM: the password comes from a file, and is read again', async () => {
    const path = await file('first\n');
    const { sasl } = open({
      KAFKA_TLS: 'true',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'crm-sync',
      KAFKA_SASL_PASSWORD_FILE: path,
    });
    assert.ok(sasl?.mechanism === 'scram-sha-512');
    assert.equal(sasl.password(), 'first');
    await writeFile(path, 'second');
    assert.equal(sasl.password(), 'second');
  });

  it('fits Aiven: mutual TLS, and a renewed certificate counts from the next connection on', async () => {
    const authority = await createAuthority();
    const first = await authority.issue('crm-sync');
    const variables = {
      KAFKA_TLS_CA_FILE: authority.caFile,
      KAFKA_TLS_CERT_FILE: first.certFile,
      KAFKA_TLS_KEY_FILE: first.keyFile,
    };
    const { tls, principal } = open(variables);
    assert.match(principal ?? '', /CN=crm-sync/);
    const before = tls?.();
    assert.equal(tls?.(), before);
    await writeFile(first.certFile, 'half a certif');
    assert.equal(tls?.(), before, 'a file that is being written changes nothing');
    await authority.issue('crm-sync');
    assert.notEqual(tls?.(), before);
  });

  it('asks the token endpoint once for many connections, and says which variable is wrong', async () => {
    const { sasl } = open({
      KAFKA_TLS: 'true',
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_OAUTH_TOKEN_URL: 'http://127.0.0.1:1/token',
      KAFKA_OAUTH_CLIENT_ID: 'crm-sync',
      KAFKA_OAUTH_CLIENT_SECRET: 'hidden-secret',
    });
    assert.ok(sasl?.mechanism === 'oauthbearer');
    await assert.rejects(sasl.token(), (error: Error) => {
      assert.match(error.message, /KAFKA_OAUTH_TOKEN_URL/);
      assert.doesNotMatch(JSON.stringify(error) + error.stack, /hidden-secret/);
      return true;
    });
  });

  for (const [what, variables, message] of [
    ['a mechanism without a user', { KAFKA_TLS: 'true', KAFKA_SASL_MECHANISM: 'plain' }, /KAFKA_SASL_USERNAME or/],
    ['a user without a mechanism', { KAFKA_SASL_USERNAME: 'x' }, /KAFKA_SASL_USERNAME is set without/],
    ['a certificate without its key', { KAFKA_TLS_CERT_FILE: '/c' }, /KAFKA_TLS_KEY_FILE together/],
    [
      'a file that is not there',
      { KAFKA_TLS_CA_FILE: '/nowhere.pem' },
      /KAFKA_TLS_CA_FILE cannot be read: \/nowhere.pem \(ENOENT\)/,
    ],
    ['a password over a plain connection', { KAFKA_SASL_MECHANISM: 'plain' }, /unencrypted: set KAFKA_TLS=true/],
    ['files with TLS off', { KAFKA_TLS: 'false', KAFKA_TLS_CA_FILE: '/c' }, /KAFKA_TLS is false/],
    ['an unknown mechanism', { KAFKA_SASL_MECHANISM: 'gssapi' }, /KAFKA_SASL_MECHANISM must be one of plain, scram/],
    [
      'OAuth without a URL',
      { KAFKA_TLS: 'true', KAFKA_SASL_MECHANISM: 'oauthbearer' },
      /KAFKA_OAUTH_TOKEN_URL is not set/,
    ],
    [
      'two passwords',
      {
        ...{ KAFKA_TLS: 'true', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'x' },
        KAFKA_SASL_PASSWORD: 'hidden',
        KAFKA_SASL_PASSWORD_FILE: '/f',
      },
      /^(?!.*hidden).*KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE, not both/s,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => open(variables), { name: 'ConfigError', message });
    });
  }

  it('takes the examples of docs/deploying.md', async () => {
    const text = await readFile(new URL('../../../docs/deploying.md', import.meta.url), 'utf8');
    const [, section = ''] = /^### A secured Kafka\n(.*?)^## /ms.exec(text) ?? [];
    const examples = [...section.matchAll(/^```sh\n# (.*)\n((?:[A-Z_]+=.*\n)+)```/gm)];
    assert.equal(examples.length, 4);
    const authority = await createAuthority();
    const { certFile, keyFile } = await authority.issue('crm-sync');
    const files = { CA: authority.caFile, CERT: certFile, KEY: keyFile, SECRET: await file('secret') };
    for (const [, title, lines = ''] of examples) {
      const variables = Object.fromEntries(
        lines.split('\n').flatMap((line) => {
          const [, name = '', value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
          if (name === '') return [];
          const kind = /_TLS_(CA|CERT|KEY)_FILE$/.exec(name)?.[1] ?? 'SECRET';
          return [[name, name.endsWith('_FILE') ? files[kind as keyof typeof files] : value]];
        }),
      );
      const unknown = Object.keys(variables).filter((name) => !(name in kafkaConfig.properties));
      assert.deepEqual(unknown, [], title);
      const { tls, sasl, principal } = open(variables);
      assert.ok(tls?.() && (sasl || principal), title);
    }
  });
});
