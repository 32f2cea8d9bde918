/** What a panel shows, and what its reader is to think of it. */
export interface Panel {
  readonly title: string;
  /** What the figure means, and which values are good. */
  readonly description: string;
  readonly kind: 'stat' | 'timeseries' | 'table';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From these values on it looks orange, and red; where more is better, below them. */
  readonly warn?: number;
  readonly alarm?: number;
  readonly moreIsBetter?: boolean;
  /** The alert whose section of the runbook tells what to do. */
  readonly runbook: string;
  /** Of the 24 columns of a dashboard; 12 unless told. */
  readonly width?: number;
}

/** Grafana's ids: seconds, bytes, per second, requests per second, a share of 1, a count. */
export type Unit = 's' | 'bytes' | 'cps' | 'reqps' | 'percentunit' | 'short';

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Dashboard {
  /** Names its file and its address. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Label values to choose from: `$name` in queries. */
  readonly variables?: readonly { readonly name: string; readonly metric: string }[];
  readonly panels: readonly Panel[];
}

export const RATE = '[$__rate_interval]';

/** The usual three percentiles of a histogram. */
export function percentiles(histogram: string, by = ''): Query[] {
  const labels = by === '' ? 'le' : `${by}, le`;
  const legend =
    by === ''
      ? ''
      : `${by
          .split(', ')
          .map((label) => `{{${label}}}`)
          .join(' ')} `;
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${labels}) (rate(${histogram}${RATE})))`,
    legend: `${legend}p${quantile * 100}`,
  }));
}
