import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createIssuer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { type ClientName, clusterId, createPublisher } from '@switchboard/kafka';
import { createLogger, readConfig } from '@switchboard/service';
import { openKafka } from './kafka.ts';
import { kafkaConfig } from './kafka-config.ts';

const logger = createLogger('test', 'silent');

const API_VERSIONS = 18;
/** The requests that a client may send before it has logged in, and their newest versions. */
const OFFERED = [
  [3, 9],
  [API_VERSIONS, 2],
  [17, 1],
  [36, 1],
] as const;

async function listening(t: TestContext, server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Offers OAUTHBEARER, which is as far as a client without a token comes. */
function startBroker(t: TestContext): Promise<number> {
  const broker = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => {
      const body = request.readInt16BE(4) === API_VERSIONS ? versions(request.readInt16BE(6)) : mechanisms();
      const head = Buffer.alloc(8);
      head.writeInt32BE(4 + body.length, 0);
      request.copy(head, 4, 8, 12);
      socket.write(Buffer.concat([head, body]));
    });
  });
  return listening(t, broker);
}

function versions(version: number): Buffer {
  const body = Buffer.alloc(6 + 6 * OFFERED.length + (version > 0 ? 4 : 0));
  body.writeInt32BE(OFFERED.length, 2);
  for (const [index, [key, newest]] of OFFERED.entries()) {
    body.writeInt16BE(key, 6 + 6 * index);
    body.writeInt16BE(newest, 10 + 6 * index);
  }
  return body;
}

function mechanisms(): Buffer {
  const name = 'OAUTHBEARER';
  const body = Buffer.alloc(8 + name.length);
  body.writeInt32BE(1, 2);
  body.writeInt16BE(name.length, 6);
  body.write(name, 8);
  return body;
}

/** All clients must say the same. */
async function fails(broker: number, tokenPort: number, error: { code: string; message: RegExp }): Promise<void> {
  const connection = openKafka(
    readConfig(kafkaConfig, {
      KAFKA_BROKERS: `127.0.0.1:${broker}`,
      KAFKA_TLS: 'false',
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_OAUTH_TOKEN_URL: `http://127.0.0.1:${tokenPort}/token`,
      KAFKA_OAUTH_CLIENT_ID: 'crm-sync',
      KAFKA_OAUTH_CLIENT_SECRET: 'hidden-secret',
    }),
  );
  await assert.rejects(clusterId(connection), error);
  for (const client of ['platformatic', 'kafkajs'] satisfies ClientName[]) {
    await assert.rejects(createPublisher({ ...connection, client, clientId: 'test', logger }), error, client);
  }
}

describe('a client that gets no token for Kafka', () => {
  it('names the credentials that the issuer refuses', async (t) => {
    const issuer = createIssuer((request, response) => {
      request.resume();
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
    });
    const port = await listening(t, issuer);
    const message = /^KAFKA_OAUTH_TOKEN_URL issues no token to crm-sync: check KAFKA_OAUTH_CLIENT_ID/;
    await fails(await startBroker(t), port, { code: 'UNAUTHENTICATED', message });
  });

  it('may try again when the issuer does not answer, and does not blame Kafka', async (t) => {
    const closed = createServer();
    const port = await listening(t, closed);
    await new Promise((resolve) => closed.close(resolve));
    const message = /^There is no token for Kafka: KAFKA_OAUTH_TOKEN_URL.*ECONNREFUSED/;
    await fails(await startBroker(t), port, { code: 'UNREACHABLE', message });
  });
});
