import { readConfig } from '@switchboard/service';
import Type, { type Static } from 'typebox';
import type { Variables } from './programs.ts';

const port = (standard: number, part: string) =>
  Type.Integer({ minimum: 1, maximum: 65_535, default: standard, description: `the port of the local ${part}` });

const schema = Type.Object({
  KAFKA_PORT: port(9092, 'Kafka; further brokers take the ports after it'),
  REGISTRY_PORT: port(8085, 'schema registry'),
  REDIS_PORT: port(6379, 'Redis'),
  KAFKA_BROKERS: Type.Optional(Type.String({ description: 'your own Kafka, instead of the local one' })),
  SCHEMA_REGISTRY_URL: Type.Optional(Type.String({ description: 'your own schema registry, with its path' })),
  REDIS_URL: Type.Optional(Type.String({ description: 'your own Redis' })),
});

export type LocalConfig = Static<typeof schema>;

/** @throws ConfigError naming every wrong variable */
export const readLocalConfig = (variables: Variables): LocalConfig => readConfig(schema, variables);
