import { type AnyEvent, catalogue, createDecoder, type EventOf, encodeFramed, unframe } from '@switchboard/events';
import { type CachedRegistry, catalogueIds, isAway, schemaField } from './catalogue-ids.ts';
import { openRegistry, type RegistryAddress } from './registry.ts';

export interface Codec {
  /** Encodes an event as a record value. Never calls the registry. */
  encode(event: AnyEvent): Buffer;
  /**
   * Decodes a record value with our schema, whatever version wrote it. Requests each unknown schema once from the
   * registry. Rejects with KafkaError `REGISTRY_UNREACHABLE` if a retry may succeed; with any other error, the
   * value can never be decoded.
   */
  decode(value: Buffer): AnyEvent | Promise<AnyEvent>;
}

export interface CodecOptions {
  registryUrl: RegistryAddress;
  cached?: CachedRegistry;
}

type Decoder = (payload: Buffer) => AnyEvent;

/**
 * How long to remember that a schema does not exist. Each record with its id costs a dead letter, and the registry may
 * be mid-restore.
 */
const BAD_FOR_MS = 5 * 60_000;
/** Ids come from records, which any producer may write, so the number of remembered ids is limited. */
const MOST_BAD_IDS = 10_000;

/**
 * Loads the ids of all schemas of the catalogue. Afterwards, encoding and decoding them needs no registry.
 * @param cached stands in for an unreachable registry, also at startup
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
      return encodeFramed(ids.get(type) as number, type, event as EventOf<typeof type>);
    },
    decode(value) {
      const { schemaId, payload } = unframe(value);
      const known = decoders.get(schemaId);
      return known === undefined ? decoderOf(schemaId).then((decode) => decode(payload)) : known(payload);
    },
  };
}
