/** The names that a sender may use for a field: its own name, its aliases, and the snake_case form of each. */
export function namesOf(field: { readonly name: string; readonly aliases?: readonly string[] }): string[] {
  const names = [field.name, ...(field.aliases ?? [])];
  return [...new Set(names.flatMap((name) => [name, snakeCase(name)]))];
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
