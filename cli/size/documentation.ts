import type { Figures } from './plan.ts';
import { DEFAULT_DEMAND, DEFAULT_PRICES, sizeLines } from './render.ts';

const RATES = [1_000, 10_000, 100_000];

/** docs/capacity.md with the tables that these figures make. */
export const documentedSizes = (document: string, figures: Figures): string =>
  [
    ['sizes', sizesTable(figures)],
    ['figures', figuresTable(figures)],
  ].reduce((text, [name = '', table = '']) => replaced(text, name, table), document);

function sizesTable(figures: Figures): string {
  const demands = RATES.map((rate) => ({ ...DEFAULT_DEMAND, rate, average: rate }));
  return markdown(sizeLines(figures, demands, DEFAULT_PRICES));
}

function figuresTable({ cpuSeconds, bytes, measured }: Figures): string {
  const rows = [
    ['', 'a million events'],
    ...Object.entries(cpuSeconds).map(([name, seconds]) => [`CPU time of ${name}`, `${seconds} s`]),
    ['kept in Kafka, one replica', `${Math.round(bytes.kafka / 1e6)} MB`],
    ['kept in Redis', `${Math.round(bytes.redis / 1e6)} MB`],
  ];
  return `${markdown(rows)}\n\nMeasured with ${measured.events.toLocaleString('en-US')} events:\n${measured.machine.replace(/\.$/, '')}.`;
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function replaced(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/capacity.md has no markers for a table: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}
