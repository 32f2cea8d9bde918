import { Agent } from 'node:https';
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import type { Type } from 'avsc';
import { KafkaError } from '../error.ts';

/** A registry by its URL, which may hold `user:password@`, or with other credentials. */
export type RegistryAddress =
  | string
  | {
      readonly url: string;
      /** The Authorization header. Each request asks for it. */
      authorization?(): string;
      /** PEM of the authorities to trust instead of those of Node.js. */
      readonly ca?: string;
    };

export const urlOf = (address: RegistryAddress): string => (typeof address === 'string' ? address : address.url);

/** The parts of a Confluent-compatible registry that we use. Errors distinguish "not found" from "no answer". */
export interface Registry {
  /** @throws KafkaError `UNREGISTERED_SCHEMA` */
  idOf(subject: string, schema: object): Promise<number>;
  /** The schema with this id. @throws KafkaError `UNKNOWN_SCHEMA` */
  schemaOf(id: number): Promise<object>;
  /** Restricts the subject to schemas that are compatible with every version in both directions. */
  guard(subject: string): Promise<void>;
  /** Adds the schema to its subject if it is missing. @throws KafkaError `INCOMPATIBLE_SCHEMA` */
  register(subject: string, schema: object): Promise<void>;
}

const compatibility = COMPATIBILITY.FULL_TRANSITIVE;
/** A registry that has just started answers slowly, and all services call it at once. */
const TIMEOUT_MS = 10_000;

/** The start asks for every schema at once, and each connection costs a TLS handshake. */
const MOST_CONNECTIONS = 4;

/** All functions throw KafkaError `REGISTRY_UNREACHABLE` if nothing answers or the answer is not a registry's. */
export function openRegistry(address: RegistryAddress): Registry {
  const { url, authorization, ca } = typeof address === 'string' ? { url: address } : address;
  const { host, auth } = splitCredentials(url);
  const client = new SchemaRegistry({
    host,
    ...(auth === undefined || authorization !== undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { agent: new Agent({ ca, keepAlive: true, maxSockets: MOST_CONNECTIONS }) }),
    clientId: CLIENT_ID,
    // Callers decide how often and how long to retry.
    retry: { retries: 0 },
    middlewares: [
      () => ({
        prepareRequest: async (next) => {
          const request = await next();
          const headers = authorization === undefined ? {} : { headers: { authorization: authorization() } };
          return request.enhance({ ...headers, timeout: TIMEOUT_MS, signal: AbortSignal.timeout(TIMEOUT_MS) });
        },
      }),
    ],
  });
  // biome-ignore lint/complexity/useLiteralKeys: it is private, but has no public equivalent.
  const { Subject } = client['api'];

  function unreachable(cause: unknown): KafkaError {
    const message = `The schema registry at ${host} does not answer as expected: ${reasonOf(cause)}`;
    return new KafkaError('REGISTRY_UNREACHABLE', message, { cause });
  }

  /** A gateway can also answer 404. The answer counts only if the registry answers another request correctly. */
  async function saysNo(error: unknown): Promise<boolean> {
    if (statusOf(error) !== 404) return false;
    try {
      return Array.isArray((await Subject.all()).data());
    } catch {
      return false;
    }
  }

  async function ask<T>(request: () => Promise<T>, no: (error: unknown) => KafkaError): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw (await saysNo(error)) ? no(error) : unreachable(error);
    }
  }

  return {
    idOf: (subject, schema) =>
      ask(
        () => client.getRegistryIdBySchema(subject, asText(schema)),
        (cause) => {
          const message = `The registry has no such schema under ${subject}: register the schemas, then restart`;
          return new KafkaError('UNREGISTERED_SCHEMA', message, { cause });
        },
      ),

    async schemaOf(id) {
      const schema = await ask(
        () => client.getSchema(id),
        (cause) => new KafkaError('UNKNOWN_SCHEMA', `The registry has no schema ${id}`, { cause }),
      );
      if ('fromBuffer' in schema) return (schema as Type).schema({ exportAttrs: true }) as object;
      throw new KafkaError('UNKNOWN_SCHEMA', `The schema ${id} is not Avro`);
    },

    async guard(subject) {
      try {
        await Subject.updateConfig({ subject, body: { compatibility } });
      } catch (error) {
        throw unreachable(error);
      }
    },

    async register(subject, schema) {
      try {
        await client.register(asText(schema), { subject, compatibility, updateConfig: false });
      } catch (error) {
        if (statusOf(error) !== 409) throw unreachable(error);
        const message =
          `The schema of ${subject} breaks a registered version (${reasonOf(error)}). Keep its ` +
          'fields, give new ones a default, or create a new event type';
        throw new KafkaError('INCOMPATIBLE_SCHEMA', message, { cause: error });
      }
    },
  };
}

const CLIENT_ID = 'switchboard';

const asText = (schema: object) => ({ type: SchemaType.AVRO as const, schema: JSON.stringify(schema) });

function splitCredentials(registryUrl: string) {
  const url = new URL(registryUrl);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { host: url.href.replace(/\/+$/, ''), auth: username === '' ? undefined : auth };
}

/** The client wraps some refusals in an error without a status, and reports a failed connection as status 400. */
function statusOf(error: unknown): number | undefined {
  const { status, name } = error as { status?: number; name?: string };
  return status ?? (name === 'ConfluentSchemaRegistryError' ? 404 : undefined);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const status = statusOf(error);
  if (status === 401 || status === 403) return `it refuses our credentials (${status}): check SCHEMA_REGISTRY_USERNAME`;
  if (error.message.includes('operation was aborted')) return `no answer within ${TIMEOUT_MS / 1_000} s`;
  return error.message.replace(`${CLIENT_ID} - `, '');
}
