import { catalogue, eventTypes } from '@switchboard/events';
import { openRegistry } from './registry.ts';

/**
 * Puts the catalogue's schemas into the registry, and lets each subject take only compatible ones. Changes nothing when
 * all is there already.
 * @throws KafkaError `INCOMPATIBLE_SCHEMA` naming the subject; `REGISTRY_UNREACHABLE`
 */
export async function registerSchemas(registryUrl: string): Promise<void> {
  const registry = openRegistry(registryUrl);
  for (const type of eventTypes) {
    const { subject, schema } = catalogue[type];
    await registry.guard(subject);
    await registry.register(subject, schema);
  }
}
