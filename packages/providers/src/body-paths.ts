/** Paths of the body, or of what stands at a path in it, from their names between spaces. */
export const bodyPaths = (names: string, under?: string): string[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => (under === undefined ? `body.${name}` : `body.${under}.${name}`));
