import { cellLinks, figureLinks } from './links.ts';
import type { Dashboard, Panel, Query } from './panel.ts';
import { mappingsOf } from './states.ts';

const COLUMNS = 24;
const HEIGHTS = { stat: 5, timeseries: 8, table: 8 } as const;
/** The data source that the reader chooses; at first Grafana's default. */
const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` };

/** A dashboard in Grafana's own JSON; panels fill rows from left to right. */
export function render({ uid, title, description, variables = [], panels }: Dashboard): object {
  let [x, y, rowHeight] = [0, 0, 0];
  const placed = panels.map((panel, index) => {
    const { width: w = 12, kind } = panel;
    const h = HEIGHTS[kind];
    if (x + w > COLUMNS) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return { id: index + 1, gridPos, ...renderPanel(panel, uid) };
  });
  return {
    uid: `switchboard-${uid}`,
    title: `Switchboard: ${title}`,
    description,
    tags: ['switchboard'],
    schemaVersion: 41,
    editable: false,
    time: { from: 'now-1h', to: 'now' },
    refresh: '10s',
    links: [
      {
        type: 'dashboards',
        tags: ['switchboard'],
        title: 'Switchboard',
        asDropdown: false,
        keepTime: true,
        includeVars: true,
      },
    ],
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
        ...variables.map(({ name, metric }) => ({
          name,
          type: 'query',
          datasource: DATASOURCE,
          query: { query: `label_values(${metric}, ${name})`, refId: name },
          refresh: 2,
          sort: 1,
        })),
        // The address of the runbook; docker-compose.yml lets Grafana serve it.
        { name: 'runbook', label: 'Runbook', type: 'textbox', query: '/public/runbook.md', hide: 2 },
      ],
    },
    panels: placed,
  };
}

function renderPanel(panel: Panel, uid: string): object {
  const { title, description, kind, unit, queries, runbook } = panel;
  return {
    type: kind,
    title,
    description,
    datasource: DATASOURCE,
    links: [{ title: `Runbook: ${runbook}`, url: `\${runbook}#${runbook.toLowerCase()}`, targetBlank: true }],
    targets: queries.map((query, index) => renderQuery(query, index, kind)),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        mappings: mappingsOf(queries[0]?.expr ?? ''),
        links: figureLinks(panel, uid),
        thresholds: { mode: 'absolute', steps: panel.moreIsBetter ? fallingSteps(panel) : risingSteps(panel) },
        ...(kind === 'timeseries' ? { custom: { fillOpacity: 10, thresholdsStyle: { mode: 'line' } } } : {}),
      },
      overrides: kind === 'table' ? cellLinks() : [],
    },
    ...OPTIONS[kind],
    ...(kind === 'table' ? { transformations: columns(queries) } : {}),
  };
}

interface Step {
  readonly color: string;
  /** The lowest value with this colour; null for the first step. */
  readonly value: number | null;
}

const risingSteps = ({ warn, alarm }: Panel): Step[] => [
  { color: 'green', value: null },
  ...(warn === undefined ? [] : [{ color: 'orange', value: warn }]),
  ...(alarm === undefined ? [] : [{ color: 'red', value: alarm }]),
];

/** Each colour starts where the worse one ends. */
function fallingSteps({ warn, alarm }: Panel): Step[] {
  const ends = [
    ...(alarm === undefined ? [] : [{ color: 'red', below: alarm }]),
    ...(warn === undefined ? [] : [{ color: 'orange', below: warn }]),
    { color: 'green', below: null },
  ];
  return ends.map(({ color }, index) => ({ color, value: ends[index - 1]?.below ?? null }));
}

const OPTIONS = {
  stat: { options: { colorMode: 'background', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } } },
  timeseries: { options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } } },
  table: {},
} as const;

const letterOf = (index: number): string => String.fromCharCode(65 + index);

/** Grafana names the column after the query only if there are several. */
const valueColumn = (queries: readonly Query[], index: number): string =>
  queries.length === 1 ? 'Value' : `Value #${letterOf(index)}`;

/** One row for each set of labels, one column for each query. */
const columns = (queries: readonly Query[]): object[] => [
  { id: 'merge', options: {} },
  {
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      renameByName: {
        alertname: 'alert',
        ...Object.fromEntries(queries.map(({ legend }, index) => [valueColumn(queries, index), legend])),
      },
    },
  },
];

function renderQuery({ expr, legend }: Query, index: number, kind: Panel['kind']): object {
  const query = { refId: letterOf(index), datasource: DATASOURCE, expr, legendFormat: legend };
  if (kind === 'timeseries') return query;
  return { ...query, instant: true, range: false, ...(kind === 'table' ? { format: 'table' } : {}) };
}
