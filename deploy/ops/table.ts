const WIDTH = 100;
const GAP = '  ';

export interface Column {
  readonly title: string;
  /** What is longer is cut; the last column takes what is left of the line. */
  readonly most?: number;
  readonly align?: 'right';
}

/** Aligned columns, no wider than 100 characters. */
export function table(columns: readonly Column[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map((cell) => asLine(String(cell))))];
  let left = WIDTH;
  const widths = columns.map(({ most = WIDTH }, index) => {
    const widest = lines.reduce((width, line) => Math.max(width, (line[index] ?? '').length), 0);
    const width = Math.max(Math.min(widest, most, left), 0);
    left -= width + GAP.length;
    return width;
  });
  return lines
    .map((line) =>
      columns
        .map(({ align }, index) => {
          const width = widths[index] as number;
          const cell = cut(line[index] ?? '', width);
          return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Names and what they stand for, one a line; long values are not cut, but nothing of them moves the cursor. */
export function list(entries: readonly (readonly [name: string, value: string | number])[]): string {
  const width = entries.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return entries.map(([name, value]) => `${name.padEnd(width)}${GAP}${asLine(String(value))}`).join('\n');
}

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** What comes from outside could hold control characters, which a terminal obeys. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const asLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
