import { type AnyEvent, catalogue, createDecoder, encodePayload, eventTypes, frame, unframe, type EventType } from '@switchboard/events';
import { KafkaError } from '../error.ts';

export interface Codec {
  encode(event: AnyEvent): Buffer;
  decode(value: Buffer): AnyEvent | Promise<AnyEvent>;
}
export async function createCodec({ registryUrl }: { registryUrl: string }): Promise<Codec> {
  const ids = new Map<EventType, number>();
  const decoders = new Map<number, (bytes: Buffer) => AnyEvent>();
  async function get(path: string, init?: RequestInit): Promise<Response> {
    try { return await fetch(registryUrl + path, init); } catch (error) { throw new KafkaError('REGISTRY_UNREACHABLE', `The registry does not answer`, { cause: error }); }
  }
  for (const type of eventTypes) {
    const r = await get(`/subjects/${catalogue[type].subject}/versions/latest`);
    if (r.status !== 200) throw new KafkaError('UNREGISTERED_SCHEMA', `${type} not registered`);
    ids.set(type, ((await r.json()) as { id: number }).id);
  }
  async function load(id: number) {
    const r = await get(`/schemas/ids/${id}`);
    if (r.status !== 200) throw new KafkaError('UNKNOWN_SCHEMA', `no schema ${id}`);
    const d = createDecoder(JSON.parse(((await r.json()) as { schema: string }).schema));
    decoders.set(id, d as never);
    return d;
  }
  return {
    encode: (event) => frame(ids.get(event.meta.type) as number, encodePayload(event.meta.type as never, event as never)),
    decode(value) {
      const { schemaId, payload } = unframe(value);
      const d = decoders.get(schemaId);
      if (d) return d(payload as Buffer);
      return load(schemaId).then((d) => d(payload as Buffer) as AnyEvent);
    },
  };
}
export async function registerSchemas(registryUrl: string): Promise<void> {
  for (const type of eventTypes) {
    const r = await fetch(`${registryUrl}/subjects/${catalogue[type].subject}/versions`, { method: 'POST', headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' }, body: JSON.stringify({ schema: JSON.stringify(catalogue[type].schema) }) });
    if (r.status !== 200) throw new Error(await r.text());
  }
}
