import {
  kafkaConfig,
  openKafka,
  openRegistryAddress,
  registryConfig,
  withLocalDefaults,
} from '@switchboard/connections';
import { createChainTopics, createLedgerTopic } from '@switchboard/consumer/topics';
import { topics } from '@switchboard/events';
import {
  createTopics,
  grantRules,
  type KafkaConnection,
  type RegistryAddress,
  registerSchemas,
} from '@switchboard/kafka';
import { commaSeparated, environment, readCommandLine, readConfig } from '@switchboard/service';
import Type from 'typebox';
import { type DeployConfig, readDeployConfig } from './config.ts';
import { explainAndExit } from './explain.ts';
import { principals } from './rights.ts';
import { consumers, QUARANTINE_TOPIC, SKIPPED_TOPIC, services } from './services.ts';

interface Addresses extends KafkaConnection {
  registryUrl: RegistryAddress;
}

type Topics = Pick<DeployConfig, 'TOPIC_PARTITIONS' | 'TOPIC_REPLICATION' | 'RETRY_DELAYS'>;

/** A week and 256 MB at most, whatever is sent: a flood of junk cannot fill the disk. */
const SKIPPED_LIMITS = {
  'retention.ms': String(7 * 86_400_000),
  'retention.bytes': String(256 * 1024 * 1024),
  'segment.bytes': String(32 * 1024 * 1024),
};

/**
 * Registers every schema and creates every topic: those of the catalogue, and the retry topics, dead-letter topics and
 * ledgers of the services. Services only read them, so this runs before a new version of them. It changes nothing that
 * is already as it should be.
 * @returns what there is now, in words
 */
export async function register({ registryUrl, ...connection }: Addresses, config: Topics): Promise<string> {
  const [, created] = await Promise.all([registerSchemas(registryUrl), createAllTopics(connection, config)]);
  return `The schemas are registered, and the topics exist: ${created.join(', ')}`;
}

async function createAllTopics(
  connection: KafkaConnection,
  { TOPIC_PARTITIONS: partitions, TOPIC_REPLICATION: replication, RETRY_DELAYS }: Topics,
): Promise<string[]> {
  const shared = [...topics, ...services.flatMap((service) => service.topics)];
  await createTopics(connection, { topics: shared, partitions, replication });
  await createTopics(connection, { topics: [SKIPPED_TOPIC], partitions: 1, replication, config: SKIPPED_LIMITS });
  const retryDelays = commaSeparated(RETRY_DELAYS);
  const chains: string[] = [];
  // One after the other: hundreds of partitions at once delay the election of their leaders.
  for (const { name: service } of consumers) {
    chains.push(...(await createChainTopics(connection, { service, retryDelays, partitions, replication })));
  }
  for (const topic of [QUARANTINE_TOPIC, SKIPPED_TOPIC]) {
    chains.push(await createLedgerTopic(connection, topic, replication));
  }
  return [...shared, SKIPPED_TOPIC, ...chains];
}

const USAGE = `Registers the schemas and creates the topics in KAFKA_BROKERS and SCHEMA_REGISTRY_URL:

  npm run register

RETRY_DELAYS names the retry topics; set it as for the services.

  npm run register -- --grant

also grants each service its rights in Kafka, as an administrator; see deploy/rights.ts.`;

/** @throws ConfigError */
export function readAddresses(variables: Readonly<Record<string, string | undefined>>): Addresses {
  const schema = Type.Object({ ...kafkaConfig.properties, ...registryConfig.properties });
  const config = readConfig(schema, withLocalDefaults(variables));
  return { ...openKafka(config), registryUrl: openRegistryAddress(config) };
}

/** Grants every principal its rights; the connection must be an administrator's. */
export async function grant(connection: KafkaConnection): Promise<string> {
  const rules = principals.flatMap(({ name: principal, rights }) =>
    rights.flatMap(({ operations, ...right }) => operations.map((operation) => ({ principal, ...right, operation }))),
  );
  await grantRules(connection, rules);
  return `The rights are granted to ${principals.map(({ name }) => name).join(', ')}`;
}

if (import.meta.main) {
  const { values } = readCommandLine(USAGE, { options: { grant: { type: 'boolean', default: false } } });
  try {
    const addresses = readAddresses(environment);
    console.log(await register(addresses, readDeployConfig()));
    if (values.grant) console.log(await grant(addresses));
  } catch (error) {
    explainAndExit(error);
  }
}
