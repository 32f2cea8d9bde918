/** Paths of the body, from their names between spaces. */
export const bodyPaths = (names: string): string[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `body.${name}`);
