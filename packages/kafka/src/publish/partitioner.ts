/** Chooses partitions by key as the Java client does. Records without a key rotate through all partitions. */
export function createPartitioner(): (topic: string, key: Buffer | null, partitions: number) => number {
  const turns = new Map<string, number>();

  return (topic, key, partitions) => {
    if (key !== null) return (murmur2(key) & 0x7fffffff) % partitions;
    const turn = turns.get(topic) ?? 0;
    turns.set(topic, turn + 1);
    return turn % partitions;
  };
}

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** Kafka's variant of murmur2 (`org.apache.kafka.common.utils.Utils`), as a signed 32-bit integer. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const aligned = length & ~3;
  let hash = SEED ^ length;

  for (let i = 0; i < aligned; i += 4) {
    let k = at(data, i) | (at(data, i + 1) << 8) | (at(data, i + 2) << 16) | (at(data, i + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }

  const rest = length - aligned;
  if (rest >= 3) hash ^= at(data, aligned + 2) << 16;
  if (rest >= 2) hash ^= at(data, aligned + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ at(data, aligned), M);

  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

const at = (data: Uint8Array, index: number) => data[index] as number;
