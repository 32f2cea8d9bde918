import { pathOf } from './template-fields.ts';

/** What templates say of an event, by placeholder. */
export type Values = Readonly<Record<string, string | number>>;

const MOST_CHARACTERS = 1_000;

/** Picks fields out of an event, as texts and numbers that can be put into a message. */
export function valuesOf(event: object, placeholders: readonly string[]): Values {
  const values: Record<string, string | number> = {};
  for (const placeholder of placeholders) {
    const value = pathOf(placeholder)
      .split('.')
      .reduce<unknown>((found, name) => (found as Record<string, unknown> | null)?.[name], event);
    const shown = typeof value === 'number' ? value : Array.isArray(value) ? value.map(plain).join(', ') : plain(value);
    if (shown !== '') values[placeholder] = shown;
  }
  return values;
}

/**
 * One line of text that cannot change how the rest of a message is read: without control characters, line breaks and
 * overrides of the direction of writing, and shortened.
 */
function plain(value: unknown): string {
  if (typeof value !== 'string') return '';
  const characters = [
    // More than enough to have that many left.
    ...value
      .slice(0, 20 * MOST_CHARACTERS)
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '')
      .trim(),
  ];
  return characters.length <= MOST_CHARACTERS
    ? characters.join('')
    : `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`;
}
