const WORD_WEIGHT = 1;
const TRIGRAM_WEIGHT = 0.3;

/**
 * Turns a text into a unit vector by hashing its words and their trigrams into `dimensions` (the hashing trick).
 * Texts that share words or parts of words are near each other. Meaning plays no role.
 */
export function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const add = (feature: string, weight: number): void => {
    const hash = fnv1a(feature);
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + ((hash & 0x40000000) === 0 ? weight : -weight);
  };
  for (const word of text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? []) {
    add(word, WORD_WEIGHT);
    const padded = ` ${word} `;
    for (let start = 0; start + 3 <= padded.length; start += 1) add(padded.slice(start, start + 3), TRIGRAM_WEIGHT);
  }
  const length = Math.hypot(...vector);
  // Texts without words need a unit vector too.
  if (length === 0) vector[0] = 1;
  else for (let index = 0; index < dimensions; index += 1) vector[index] = (vector[index] ?? 0) / length;
  return vector;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV are weak; fold the high ones in.
  return (hash ^ (hash >>> 15)) >>> 0;
}
