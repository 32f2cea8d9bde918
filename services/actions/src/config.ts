import { kafkaConfig, registryConfig } from '@switchboard/connections';
import Type, { type Static } from 'typebox';

const rate = (description: string, value: number) => Type.Number({ exclusiveMinimum: 0, default: value, description });

export const actionsConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8088 }),
  ACTIONS: Type.String({ minLength: 1, description: 'the YAML file of the actions, or a folder of such files' }),
  CALLERS_FILE: Type.String({ minLength: 1, description: 'the YAML file that names who may call, and their keys' }),
  DATABASE_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'postgres://user:password@host/database' }),
  ),
  DATABASE_FOLDER: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'without DATABASE_URL: the folder of the embedded database, on a persistent disk, for one instance',
    }),
  ),
  ...kafkaConfig.properties,
  KAFKA_CLIENT: Type.Enum(['platformatic', 'kafkajs'], { default: 'platformatic' }),
  ...registryConfig.properties,
  MCP_HOSTS: Type.String({
    default: 'localhost,127.0.0.1,[::1]',
    description: 'the names, without ports, that MCP clients call this service by, separated by commas',
  }),
  MCP_ORIGINS: Type.String({
    default: 'localhost,127.0.0.1,[::1]',
    description: 'the names of the web pages that may call POST /mcp, separated by commas',
  }),
  MCP_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^?#\\s"]+$',
      description: 'where clients reach POST /mcp; with it, they learn who issues the tokens of people',
    }),
  ),
  CONTEXT_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'flows, which has the context that MCP clients may read' }),
  ),
  CONTEXT_API_KEYS: Type.String({
    default: '',
    description: 'tenant=key,tenant=key: keys of flows with the scope context:read; without a key, no context',
  }),
  PERSON_RATE: rate('requests a second of one person', 5),
  PERSON_BURST: rate('requests of one person at once', 20),
  CALLER_RATE: rate('requests a second of one caller, with all of its persons', 200),
  CALLER_BURST: rate('requests of one caller at once', 400),
  RUN_KEPT_HOURS: Type.Number({
    exclusiveMinimum: 0,
    maximum: 720,
    default: 24,
    description: 'how long results of runs are kept, and repeats of an idempotency key are recognised',
  }),
  RUN_LEASE_SECONDS: Type.Number({
    minimum: 3,
    maximum: 300,
    default: 15,
    description: 'how long after a crash another instance takes over the runs',
  }),
});

export type ActionsConfig = Static<typeof actionsConfig>;
