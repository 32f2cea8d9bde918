/** A JSON object that is being made. */
export type Fields = Record<string, unknown>;

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Senders write an absent value in three ways. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelCase = (name: string): string => name.replace(/(?<=[a-z0-9])_([a-z])/g, (_, letter) => letter.toUpperCase());

/** A name as it is written, in snake_case and in camelCase. */
export const spellingsOf = (name: string): readonly string[] => [...new Set([name, snakeCase(name), camelCase(name)])];
