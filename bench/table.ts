import type { Comparison } from './comparison.ts';
import { median } from './statistics.ts';

export type Verdict = 'met' | 'missed' | '';

export function verdictOf({ ours, reference, atMost, atLeast }: Comparison): Verdict {
  if (atMost === undefined && atLeast === undefined) return '';
  const value = reference === undefined ? median(ours) : ratioOf(ours, reference);
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY)
    ? 'met'
    : 'missed';
}

/** The median of the rounds' ratios: both sides of a round ran on the same machine state, which may vary by round. */
const ratioOf = (ours: readonly number[], reference: readonly number[]): number =>
  median(ours.map((value, round) => value / (reference[round] ?? Number.NaN)));

/** The comparisons as a Markdown table: medians, with the lowest and highest round. */
export function renderTable(comparisons: readonly Comparison[]): string {
  const header = ['', 'measured', 'reference', 'ratio', 'target', ''];
  const rows = [header, ...comparisons.map(rowOf)];
  const widths = header.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...body] = rows.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

function rowOf(comparison: Comparison): string[] {
  const { what, ours, reference, unit, note } = comparison;
  return [
    note === undefined ? what : `${what} (${note})`,
    spread(ours, unit),
    reference === undefined ? '' : spread(reference, unit),
    reference === undefined ? '' : ratioOf(ours, reference).toFixed(2),
    targetOf(comparison),
    verdictOf(comparison),
  ];
}

function targetOf({ reference, unit, atMost, atLeast }: Comparison): string {
  const limit = atMost ?? atLeast;
  if (limit === undefined) return '';
  return `${atMost === undefined ? '≥' : '≤'} ${reference === undefined ? `${limit} ${unit}` : `${limit} ×`}`;
}

function spread(values: readonly number[], unit: string): string {
  const middle = `${format(median(values))} ${unit}`;
  return values.length < 2 ? middle : `${middle} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}

/** Three digits are as precise as a bench can be; thousands are kept whole. */
function format(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
