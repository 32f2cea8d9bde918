import { textOf } from '../repository/source-files.ts';

export interface Documented {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly buckets: readonly number[];
}

/** The tables of docs/metrics.md. */
export function documentedMetrics(): Documented[] {
  const text = textOf('docs/metrics.md');
  const buckets = new Map(
    [...text.matchAll(/^\| `(\w+)` +\| ([\d., ]+?) +\|$/gm)].map(([, name = '', bounds = '']) => [
      name,
      bounds.split(', ').map(Number),
    ]),
  );
  return [...text.matchAll(/^\| `(\w+)` +\| (counter|gauge|histogram) +\|([^|]*)\|/gm)].map(
    ([, name = '', kind = '', labels = '']) => ({
      name,
      kind,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).sort(),
      buckets: buckets.get(name) ?? [],
    }),
  );
}
