import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createPlain } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createServer, type TlsOptions } from 'node:tls';
import { type ClientName, clusterId, createPublisher } from '@switchboard/kafka';
import { createLogger, readConfig } from '@switchboard/service';
import { type Authority, createAuthority } from '@switchboard/stack/authority';
import { openKafka } from './kafka.ts';
import { kafkaConfig } from './kafka-config.ts';

const authority = await createAuthority();
const logger = createLogger('test', 'silent');

/** A listener that completes TLS handshakes, or refuses them, and answers nothing. */
async function listener(t: TestContext, issued: Awaited<ReturnType<Authority['issue']>>, options: TlsOptions = {}) {
  const [cert, key] = await Promise.all([readFile(issued.certFile), readFile(issued.keyFile)]);
  const server = createServer({ cert, key, ...options }, (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  return listening(t, server);
}

async function listening(t: TestContext, server: ReturnType<typeof createPlain>): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return `localhost:${(server.address() as AddressInfo).port}`;
}

/** Both clients must name what is wrong. */
async function refused(brokers: string, message: RegExp, variables: Record<string, string> = {}): Promise<void> {
  const given = { KAFKA_BROKERS: brokers, KAFKA_TLS_CA_FILE: authority.caFile, ...variables };
  const connection = openKafka(readConfig(kafkaConfig, given));
  await assert.rejects(clusterId(connection), { name: 'KafkaError', code: 'UNAUTHENTICATED', message });
  for (const client of ['platformatic', 'kafkajs'] satisfies ClientName[]) {
    const opening = createPublisher({ ...connection, client, clientId: 'test', logger });
    await assert.rejects(opening, { code: 'UNAUTHENTICATED', message }, client);
  }
}

describe('a TLS connection to Kafka that fails names the reason, with both clients', () => {
  it('an unknown authority', async (t) => {
    const brokers = await listener(t, await authority.issue('server'));
    const stranger = await createAuthority();
    await refused(brokers, /unknown authority: set KAFKA_TLS_CA_FILE/, { KAFKA_TLS_CA_FILE: stranger.caFile });
    await refused(brokers, /unknown authority: set KAFKA_TLS_CA_FILE/, { KAFKA_TLS_CA_FILE: '', KAFKA_TLS: 'true' });
  });

  it('an expired certificate of the broker', async (t) => {
    const brokers = await listener(t, await authority.issue('expired', { expired: true }));
    await refused(brokers, /certificate of Kafka has expired/);
  });

  it('a certificate of ours that has expired', async (t) => {
    const ca = await readFile(authority.caFile);
    const brokers = await listener(t, await authority.issue('mutual'), {
      ca,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const { certFile, keyFile } = await authority.issue('client', { expired: true });
    await refused(brokers, /Our certificate for Kafka expired on \d{4}-\d\d-\d\d: renew KAFKA_TLS_CERT_FILE/, {
      KAFKA_TLS_CERT_FILE: certFile,
      KAFKA_TLS_KEY_FILE: keyFile,
    });
  });

  it('a listener without TLS', async (t) => {
    const server = createPlain((socket) => socket.on('error', () => {}).end('not TLS'));
    await refused(await listening(t, server), /does not use TLS/);
  });
});
