import { fileURLToPath } from 'node:url';
import Type, { type Static } from 'typebox';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const url = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));

export const flowsConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8087 }),
  FLOWS: Type.String({
    minLength: 1,
    default: fileURLToPath(new URL('../flows.yaml', import.meta.url)),
    description: 'files of flows, and folders of such files, separated by commas',
  }),
  DATABASE_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'postgres://user:password@host/database' }),
  ),
  DATABASE_FOLDER: optional('the folder of the embedded database, on a persistent disk, instead of DATABASE_URL'),
  PEOPLE_PREFIX: Type.String({
    minLength: 1,
    default: 'people',
    description: 'begins the keys of who is who in Redis, the same for notifier and flows',
  }),
  CALLERS_FILE: optional('the file of callers of the HTTP API; without it, none may call'),
  API_RATE: Type.Integer({
    minimum: 1,
    default: 2_000,
    description: 'requests a second of one caller of the HTTP API; twice as many at once after a silence',
  }),
  CHAT_URL: url('URL of the chatbot platform, for dialogue nodes'),
  CHAT_API_KEY: optional('API key of the chatbot platform'),
  NODE_PATH: Type.String({
    pattern: '^/',
    default: '/v1/dialogues',
    description: 'the path for POST of dialogue nodes on the platform',
  }),
  ACTIONS_URL: url('URL of the actions service, for flows that call actions'),
  ACTIONS_API_KEY: optional('API key of flows for the actions service'),
  DEFAULT_LOCALE: Type.String({
    minLength: 2,
    default: 'en',
    description: 'the locale that every message of a flow must have',
  }),
  // More than other services: concurrent events share a statement.
  CONCURRENCY: Type.Integer({ minimum: 1, maximum: 1_000, default: 256, description: 'handlers that run at a time' }),
});

export type FlowsConfig = Static<typeof flowsConfig>;
