/** The properties of a metric in a `/metrics` response. */
export interface Exposed {
  readonly kind: string;
  /** Label names, without `service` and `le`. */
  readonly labels: Set<string>;
  /** The finite upper bounds of a histogram. */
  readonly buckets: Set<number>;
  /** The number of series. */
  series: number;
}

/** Parses Prometheus's text format. */
export function readExposition(text: string): Map<string, Exposed> {
  const metrics = new Map<string, Exposed>();
  for (const [, name = '', kind = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    metrics.set(name, { kind, labels: new Set(), buckets: new Set(), series: 0 });
  }
  for (const [, series = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const metric = metrics.get(series) ?? metrics.get(series.replace(/_(?:bucket|sum|count)$/, ''));
    if (metric === undefined) throw new Error(`no TYPE for ${series}`);
    metric.series += 1;
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      if (label === 'le') {
        if (value !== '+Inf') metric.buckets.add(Number(value));
      } else if (label !== 'service') metric.labels.add(label);
    }
  }
  return metrics;
}
