import { asLine } from './printable.ts';

const GAP = '  ';

export interface Column {
  readonly title: string;
  /** Where the table is too wide for the terminal, longer cells are cut; the last column gets the rest of the line. */
  readonly most?: number;
  /** A longer cell continues in the next line; for the last column. */
  readonly wrap?: true;
  readonly align?: 'right';
}

/**
 * Aligned columns.
 * @param width of the terminal; without one, as in a pipe, nothing is cut
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map((cell) => asLine(String(cell))))];
  const widths = widthsOf(columns, lines, width);
  return lines
    .flatMap((line) => unfold(line, columns, widths))
    .map((line) =>
      line
        .map((cell, index) => {
          const room = widths[index] ?? 0;
          return columns[index]?.align === 'right' ? cut(cell, room).padStart(room) : cut(cell, room).padEnd(room);
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

function widthsOf(columns: readonly Column[], lines: readonly (readonly string[])[], width: number): number[] {
  const widest = columns.map((_, index) => lines.reduce((most, line) => Math.max(most, (line[index] ?? '').length), 0));
  const natural = widest.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1));
  if (natural <= width) return widest;
  let left = width;
  return columns.map(({ most = width }, index) => {
    const room = Math.max(Math.min(widest[index] ?? 0, most, left), 0);
    left -= room + GAP.length;
    return room;
  });
}

/** A row whose last cell needs several lines. */
function unfold(line: readonly string[], columns: readonly Column[], widths: readonly number[]): string[][] {
  const last = columns.length - 1;
  if (columns[last]?.wrap !== true) return [[...line]];
  const parts = wrap(line[last] ?? '', widths[last] ?? 0);
  return parts.map((part, index) => [...line.slice(0, last).map((cell) => (index === 0 ? cell : '')), part]);
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** Names and their values, one a line. */
export function list(entries: readonly (readonly [name: string, value: string | number])[]): string {
  const width = entries.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return entries.map(([name, value]) => `${name.padEnd(width)}${GAP}${asLine(String(value))}`).join('\n');
}

export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
