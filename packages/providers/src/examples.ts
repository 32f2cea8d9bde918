import { createHash } from 'node:crypto';

/**
 * Fills the placeholders of an example. `{{run}}` becomes the text, `{{number}}` a number of 13 digits made from it,
 * and `{{iso}}`, `{{seconds}}` and `{{milliseconds}}` the time.
 */
export function fillExample(text: string, { run, now }: { readonly run: string; readonly now: number }): string {
  return text
    .replaceAll('{{run}}', () => run)
    .replaceAll('{{number}}', () => numberOf(run))
    .replaceAll('{{iso}}', new Date(now).toISOString())
    .replaceAll('{{seconds}}', String(Math.floor(now / 1_000)))
    .replaceAll('{{milliseconds}}', String(now));
}

/** Ids of many vendors are numbers; JSON holds them exactly up to 2^53. */
const numberOf = (run: string): string =>
  String(1e12 + (createHash('sha256').update(run).digest().readUIntBE(0, 6) % 9e12));
