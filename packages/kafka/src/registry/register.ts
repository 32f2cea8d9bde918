import { catalogue, eventTypes } from '@switchboard/events';
import { openRegistry, type RegistryAddress } from './registry.ts';

/**
 * Registers the catalogue's schemas and restricts each subject to compatible ones. Changes nothing if everything is
 * registered.
 * @throws KafkaError `INCOMPATIBLE_SCHEMA` naming the subject; `REGISTRY_UNREACHABLE`
 */
export async function registerSchemas(registryUrl: RegistryAddress): Promise<void> {
  const registry = openRegistry(registryUrl);
  for (const type of eventTypes) {
    const { subject, schema } = catalogue[type];
    await registry.guard(subject);
    await registry.register(subject, schema);
  }
}
