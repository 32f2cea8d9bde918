import { catalogue, type EventType, eventTypes } from '@switchboard/events';
import type { Logger } from 'pino';
import { KafkaError } from '../error.ts';
import type { Registry } from './registry.ts';
import { fingerprint, type SchemaCache } from './schema-cache.ts';

export type CatalogueIds = ReadonlyMap<EventType, number>;

export interface CachedRegistry {
  readonly cache: SchemaCache;
  readonly logger: Logger;
  /** The registry is back with ids other than the cached ones: records written meanwhile may be unreadable. */
  onWrongIds(error: Error): void;
}

const CONFIRM_EVERY_MS = 5_000;
/** All services start at once, and a registry that is busy refuses what waits too long for its database. */
const ASKED_AT_ONCE = 4;

export const schemaField = (id: number): string => `schema:${id}`;

/** A cached id is valid only for exactly this schema. */
const idField = (type: EventType): string => {
  const { subject, schema } = catalogue[type];
  return `id:${subject}:${fingerprint(JSON.stringify(schema))}`;
};

/**
 * The ids of the catalogue's schemas. If the registry is unreachable, uses the cached ids and verifies them when the
 * registry is back.
 * @throws KafkaError `UNREGISTERED_SCHEMA` or `REGISTRY_UNREACHABLE`
 */
export async function catalogueIds(
  registry: Registry,
  cached?: CachedRegistry,
  confirmEveryMs = CONFIRM_EVERY_MS,
): Promise<CatalogueIds> {
  try {
    const ids = await askIds(registry);
    await cached?.cache.write(entriesOf(ids)).catch((error) => {
      cached.logger.warn({ err: error }, 'cannot cache the schema ids: the next start needs the registry');
    });
    return ids;
  } catch (error) {
    if (cached === undefined || !isAway(error)) throw error;
    const ids = await readIds(cached.cache);
    if (ids === undefined) throw error;
    cached.logger.warn({ err: error }, 'the registry is unreachable: starting with cached schema ids');
    confirm(registry, ids, cached, confirmEveryMs);
    return ids;
  }
}

async function askIds(registry: Registry): Promise<CatalogueIds> {
  const ids = new Map<EventType, number>();
  const ask = async (type: EventType): Promise<void> => {
    const { subject, schema } = catalogue[type];
    ids.set(type, await registry.idOf(subject, schema));
  };
  for (let first = 0; first < eventTypes.length; first += ASKED_AT_ONCE) {
    await Promise.all(eventTypes.slice(first, first + ASKED_AT_ONCE).map(ask));
  }
  return ids;
}

/** Undefined unless all ids are cached. */
async function readIds(cache: SchemaCache): Promise<CatalogueIds | undefined> {
  const texts = await cache.read(eventTypes.map(idField)).catch(() => []);
  const ids = eventTypes.map((type, index): [EventType, number] => [type, Number(texts[index] ?? Number.NaN)]);
  return ids.every(([, id]) => Number.isInteger(id)) ? new Map(ids) : undefined;
}

const entriesOf = (ids: CatalogueIds): Record<string, string> =>
  Object.fromEntries(
    [...ids].flatMap(([type, id]) => [
      [idField(type), String(id)],
      [schemaField(id), JSON.stringify(catalogue[type].schema)],
    ]),
  );

function confirm(registry: Registry, used: CatalogueIds, cached: CachedRegistry, everyMs: number): void {
  const { logger, onWrongIds } = cached;
  const timer = setTimeout(async () => {
    try {
      const ids = await askIds(registry);
      const wrong = eventTypes.filter((type) => ids.get(type) !== used.get(type));
      if (wrong.length === 0) return logger.info('the registry is back and confirms the cached schema ids');
      onWrongIds(new Error(`The registry's schema ids differ from the cached ones for ${wrong.join(', ')}`));
    } catch (error) {
      if (isAway(error)) confirm(registry, used, cached, everyMs);
      else onWrongIds(error as Error);
    }
  }, everyMs);
  timer.unref();
}

export const isAway = (error: unknown): boolean => error instanceof KafkaError && error.code === 'REGISTRY_UNREACHABLE';
