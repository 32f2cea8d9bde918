import { connectionsConfig } from '@switchboard/systems';
import Type, { type Static } from 'typebox';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const url = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));

export const DOCUMENT_PATH = '^/.*\\{id\\}';

export const kbIndexerConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8083 }),
  INDEX: Type.Enum(['embedded', 'postgres', 'platform', 'embedded,platform', 'postgres,platform'], {
    default: 'embedded',
    description: 'where articles are indexed',
  }),
  ...connectionsConfig.properties,
  INDEX_FILE: optional('the file of the embedded index, on a persistent disk'),
  POSTGRES_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'postgres://user:password@host/database' }),
  ),
  PLATFORM_URL: url("the chatbot platform's API"),
  PLATFORM_TOKEN: optional("the API's bearer token"),
  PLATFORM_DOCUMENT_PATH: Type.String({
    pattern: DOCUMENT_PATH,
    default: '/v1/knowledge/documents/{id}',
    description: 'the path for PUT and DELETE of documents on the platform',
  }),
  EMBEDDINGS_URL: url('an OpenAI-compatible endpoint, including /v1; without it search is by words only'),
  EMBEDDINGS_API_KEY: optional('its bearer token'),
  EMBEDDINGS_MODEL: optional('the model to embed with'),
  CHUNKS_PER_ARTICLE: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 500,
    description: 'how many chunks of an article are indexed and embedded; searches do not find the rest',
  }),
  SEARCH_TENANT: Type.String({
    minLength: 1,
    default: 'local',
    description: 'the tenant of a search request that names none',
  }),
  SEARCH_API_KEYS: Type.String({
    default: '',
    description: 'comma-separated tenant=key pairs that may search; the tenant * may search every tenant',
  }),
  SEARCH_RATE: Type.Integer({
    minimum: 1,
    default: 100,
    description:
      'searches a second of the holder of a key that an instance answers; twice as many at once after a silence',
  }),
});

export type KbIndexerConfig = Static<typeof kbIndexerConfig>;
