const WIDTH = 100;
const GAP = '  ';

export interface Column {
  readonly title: string;
  /** What is longer is cut; the last column takes what is left of the line. */
  readonly most?: number;
  /** What is longer goes on in the next line; for the last column. */
  readonly wrap?: true;
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
    .flatMap((line) => unfold(line, columns, widths))
    .map((line) =>
      line
        .map((cell, index) => {
          const width = widths[index] ?? 0;
          return columns[index]?.align === 'right' ? cut(cell, width).padStart(width) : cut(cell, width).padEnd(width);
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
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
