/** What a panel shows, and how to judge it. */
export interface Panel {
  readonly title: string;
  /** The meaning of the figure, and which values are good. */
  readonly description: string;
  readonly kind: 'stat' | 'timeseries' | 'table';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** The panel is orange, or red, from these values on; with `moreIsBetter`, below them. */
  readonly warn?: number;
  readonly alarm?: number;
  readonly moreIsBetter?: boolean;
  /** The alert whose section of the runbook says what to do. */
  readonly runbook: string;
  /** In columns, of which a dashboard has 24; default 12. */
  readonly width?: number;
}

/** Grafana's ids: seconds, how long ago a time in milliseconds was, bytes, per second, requests per second, a share of 1, a count. */
export type Unit = 's' | 'dateTimeFromNow' | 'bytes' | 'cps' | 'reqps' | 'percentunit' | 'short';

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Dashboard {
  /** Part of its file name and its address. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Label values that the reader chooses from: `$name` in queries. */
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
