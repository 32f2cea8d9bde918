import { catalogue, type EventType, eventTypes } from '@switchboard/events';
import { openRegistry } from './registry.ts';

/** Versions that were in use before the current one, oldest first. */
export type EarlierSchemas = Readonly<Partial<Record<EventType, readonly object[]>>>;

/**
 * Puts the catalogue's schemas into the registry, each subject with the versions that came before, and lets each
 * subject take only compatible ones. Changes nothing when all is there already.
 * @throws KafkaError `INCOMPATIBLE_SCHEMA` naming the subject; `REGISTRY_UNREACHABLE`
 */
export async function registerSchemas(registryUrl: string, earlier: EarlierSchemas = {}): Promise<void> {
  const registry = openRegistry(registryUrl);
  for (const type of eventTypes) {
    const { subject, schema } = catalogue[type];
    await registry.guard(subject);
    for (const version of [...(earlier[type] ?? []), schema]) await registry.register(subject, version);
  }
}
