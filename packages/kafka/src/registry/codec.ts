import {
  type AnyEvent,
  catalogue,
  createDecoder,
  type EventOf,
  encodePayload,
  frame,
  unframe,
} from '@switchboard/events';
import { type CachedRegistry, catalogueIds, isAway, schemaField } from './catalogue-ids.ts';
import { openRegistry } from './registry.ts';

export interface Codec {
  /** The record value of an event. Never asks the registry. */
  encode(event: AnyEvent): Buffer;
  /**
   * The event of a record value, with our schema whatever version wrote it. Asks the registry once for a schema that
   * it has not seen. Rejects with KafkaError `REGISTRY_UNREACHABLE` when it cannot know now; with any other error, the
   * value can never be decoded.
   */
  decode(value: Buffer): Promise<AnyEvent>;
}

export interface CodecOptions {
  registryUrl: string;
  cached?: CachedRegistry;
}

type Decoder = (payload: Buffer) => AnyEvent;

/** How long «there is no such schema» is believed: it costs a dead letter each, and may have been a restored registry. */
const BAD_FOR_MS = 5 * 60_000;
/** Ids come from records, which anyone may write: what is remembered of them is bounded. */
const MOST_BAD_IDS = 10_000;

/**
 * Learns the ids of all schemas of the catalogue; from then on, encoding and decoding them need no registry.
 * @param cached makes up for a registry that is away, also at the start
 * @throws KafkaError `UNREGISTERED_SCHEMA` or `REGISTRY_UNREACHABLE`
 */
export async function createCodec({ registryUrl, cached }: CodecOptions): Promise<Codec> {
  const registry = openRegistry(registryUrl);
  const ids = await catalogueIds(registry, cached);
  const decoders = new Map<number, Decoder>();
  const loading = new Map<number, Promise<Decoder>>();
  const bad = new Map<number, { error: unknown; until: number }>();
  for (const [type, id] of ids) decoders.set(id, createDecoder(catalogue[type].schema));

  function decoderOf(id: number): Promise<Decoder> {
    const known = bad.get(id);
    if (known !== undefined && performance.now() < known.until) return Promise.reject(known.error);
    let decoder = loading.get(id);
    if (decoder === undefined) {
      decoder = load(id).finally(() => loading.delete(id));
      loading.set(id, decoder);
    }
    return decoder;
  }

  async function load(id: number): Promise<Decoder> {
    try {
      const decoder = createDecoder(await schemaOf(id));
      decoders.set(id, decoder);
      return decoder;
    } catch (error) {
      if (!isAway(error)) remember(id, error);
      throw error;
    }
  }

  async function schemaOf(id: number): Promise<object> {
    const field = schemaField(id);
    try {
      const schema = await registry.schemaOf(id);
      await cached?.cache.write({ [field]: JSON.stringify(schema) }).catch(() => {});
      return schema;
    } catch (error) {
      if (cached === undefined || !isAway(error)) throw error;
      const [text] = await cached.cache.read([field]).catch(() => []);
      if (typeof text !== 'string') throw error;
      return JSON.parse(text) as object;
    }
  }

  function remember(id: number, error: unknown): void {
    bad.delete(id);
    bad.set(id, { error, until: performance.now() + BAD_FOR_MS });
    for (const oldest of bad.keys()) {
      if (bad.size <= MOST_BAD_IDS) break;
      bad.delete(oldest);
    }
  }

  return {
    encode(event) {
      const { type } = event.meta;
      return frame(ids.get(type) as number, encodePayload(type, event as EventOf<typeof type>));
    },
    async decode(value) {
      const { schemaId, payload } = unframe(value);
      const decode = decoders.get(schemaId) ?? (await decoderOf(schemaId));
      return decode(payload);
    },
  };
}
