import { pathOf } from './template-fields.ts';

/** The values of an event that templates show, by placeholder. */
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
 * Returns one line of at most `MOST_CHARACTERS`, without control characters, line breaks and bidirectional overrides,
 * so that it cannot affect the rest of the message.
 */
function plain(value: unknown): string {
  if (typeof value !== 'string') return '';
  const characters = [
    // Limits the work on long texts; enough remains after the replacements.
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
