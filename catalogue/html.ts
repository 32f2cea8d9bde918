import { escapeHtml } from '@switchboard/outbound';

/** Text that is HTML already. */
export interface Html {
  readonly text: string;
}

type Part = Html | string | number | boolean | readonly Part[];

/** Only for texts of this package. */
export const raw = (text: string): Html => ({ text });

/** A template that escapes every part that is not HTML itself. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  raw(texts.map((text, index) => `${text}${index < parts.length ? textOf(parts[index] as Part) : ''}`).join(''));

function textOf(part: Part): string {
  if (Array.isArray(part)) return part.map(textOf).join('');
  if (typeof part === 'object') return (part as Html).text;
  return escapeHtml(String(part));
}
