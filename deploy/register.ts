import {
  kafkaConfig,
  openKafka,
  openRegistryAddress,
  registryConfig,
  withLocalDefaults,
} from '@switchboard/connections';
import { topics } from '@switchboard/events';
import { createTopics, type KafkaConnection, type RegistryAddress, registerSchemas } from '@switchboard/kafka';
import { environment, readCommandLine, readConfig } from '@switchboard/service';
import Type from 'typebox';
import { type DeployConfig, readDeployConfig } from './config.ts';
import { explainAndExit } from './explain.ts';
import { services } from './services.ts';

interface Addresses extends KafkaConnection {
  registryUrl: RegistryAddress;
}

/** Every topic of the catalogue and of the services. */
const allTopics = [...topics, ...services.flatMap((service) => service.topics)];

/**
 * Registers every schema and creates every topic. Services only read them, so this runs before a new version of them.
 * It changes nothing that is already as it should be.
 * @returns what there is now, in words
 */
export async function register(
  { registryUrl, ...connection }: Addresses,
  { TOPIC_PARTITIONS, TOPIC_REPLICATION }: Pick<DeployConfig, 'TOPIC_PARTITIONS' | 'TOPIC_REPLICATION'>,
): Promise<string> {
  await Promise.all([
    registerSchemas(registryUrl),
    createTopics(connection, { topics: allTopics, partitions: TOPIC_PARTITIONS, replication: TOPIC_REPLICATION }),
  ]);
  return `The schemas are registered, and the topics exist: ${allTopics.join(', ')}`;
}

const USAGE = `Registers the schemas and creates the topics in KAFKA_BROKERS and SCHEMA_REGISTRY_URL:

  npm run register`;

/** @throws ConfigError */
export function readAddresses(variables: Readonly<Record<string, string | undefined>>): Addresses {
  const schema = Type.Object({ ...kafkaConfig.properties, ...registryConfig.properties });
  const config = readConfig(schema, withLocalDefaults(variables));
  return { ...openKafka(config), registryUrl: openRegistryAddress(config) };
}

if (import.meta.main) {
  readCommandLine(USAGE, {});
  try {
    console.log(await register(readAddresses(environment), readDeployConfig()));
  } catch (error) {
    explainAndExit(error);
  }
}
