import { topics } from '@switchboard/events';
import { createTopics, registerSchemas } from '@switchboard/kafka';
import { commaSeparated, environment, readCommandLine } from '@switchboard/service';
import { type DeployConfig, readDeployConfig } from './config.ts';
import { explainAndExit } from './explain.ts';
import { SKIPPED_TOPIC, services } from './services.ts';

interface Addresses {
  brokers: string;
  registryUrl: string;
}

/** Every topic of the catalogue and of the services. */
const allTopics = [...topics, ...services.flatMap((service) => service.topics)];

/** A week and 256 MB at most, whatever is sent: a flood of junk cannot fill the disk. */
const SKIPPED_LIMITS = {
  'retention.ms': String(7 * 86_400_000),
  'retention.bytes': String(256 * 1024 * 1024),
  'segment.bytes': String(32 * 1024 * 1024),
};

/**
 * Registers every schema and creates every topic. Services only read them, so this runs before a new version of them.
 * It changes nothing that is already as it should be.
 * @returns what there is now, in words
 */
export async function register(
  { brokers, registryUrl }: Addresses,
  { TOPIC_PARTITIONS, TOPIC_REPLICATION }: Pick<DeployConfig, 'TOPIC_PARTITIONS' | 'TOPIC_REPLICATION'>,
): Promise<string> {
  await Promise.all([
    registerSchemas(registryUrl),
    createTopics(
      { brokers: commaSeparated(brokers) },
      { topics: allTopics, partitions: TOPIC_PARTITIONS, replication: TOPIC_REPLICATION },
    ),
    createTopics(
      { brokers: commaSeparated(brokers) },
      { topics: [SKIPPED_TOPIC], partitions: 1, replication: TOPIC_REPLICATION, config: SKIPPED_LIMITS },
    ),
  ]);
  return `The schemas are registered, and the topics exist: ${[...allTopics, SKIPPED_TOPIC].join(', ')}`;
}

const USAGE = `Registers the schemas and creates the topics in KAFKA_BROKERS and SCHEMA_REGISTRY_URL:

  npm run register`;

if (import.meta.main) {
  readCommandLine(USAGE, {});
  const { KAFKA_BROKERS, KAFKA_PORT = '9092', SCHEMA_REGISTRY_URL, REGISTRY_PORT = '8085' } = environment;
  await register(
    {
      brokers: KAFKA_BROKERS || `127.0.0.1:${KAFKA_PORT}`,
      registryUrl: SCHEMA_REGISTRY_URL || `http://127.0.0.1:${REGISTRY_PORT}/apis/ccompat/v7`,
    },
    readDeployConfig(),
  ).then((done) => console.log(done), explainAndExit);
}
