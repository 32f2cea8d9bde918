import { ConfigError } from '@switchboard/service';
import Type, { type Static } from 'typebox';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const url = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));

export const kbIndexerConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8083 }),
  INDEX: Type.Enum(['embedded', 'postgres', 'platform', 'embedded,platform', 'postgres,platform'], {
    default: 'embedded',
    description: 'where articles are put',
  }),
  INDEX_FILE: optional('the file of the embedded index, on a disk that stays'),
  POSTGRES_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'postgres://user:password@host/database' }),
  ),
  PLATFORM_URL: url("the chatbot platform's API"),
  PLATFORM_TOKEN: optional("the API's bearer token"),
  PLATFORM_DOCUMENT_PATH: Type.String({
    pattern: '^/.*\\{id\\}',
    default: '/v1/knowledge/documents/{id}',
    description: 'where the platform takes documents by PUT and DELETE',
  }),
  EMBEDDINGS_URL: url('an endpoint compatible with OpenAI, up to and with /v1; without it search is by words'),
  EMBEDDINGS_API_KEY: optional('its bearer token'),
  EMBEDDINGS_MODEL: optional('the model to embed with'),
  SEARCH_TENANT: Type.String({
    minLength: 1,
    default: 'local',
    description: 'whose articles are searched when a request names no tenant',
  }),
});

export type KbIndexerConfig = Static<typeof kbIndexerConfig>;

/**
 * A variable that is needed because of what another one says.
 * @throws ConfigError when it is not set
 */
export function required(config: KbIndexerConfig, name: keyof KbIndexerConfig, because: string): string {
  const value = config[name];
  if (value !== undefined) return String(value);
  const { description } = kbIndexerConfig.properties[name] as { description?: string };
  throw new ConfigError([`${name} is not set, and ${because} needs it: ${description}`]);
}
