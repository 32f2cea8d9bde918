import type { Dashboard, Panel, Query } from './panel.ts';

const COLUMNS = 24;
const HEIGHTS = { stat: 5, timeseries: 8, table: 8 } as const;
const DATASOURCE = { type: 'prometheus', uid: 'prometheus' };

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
    return { id: index + 1, gridPos, ...renderPanel(panel) };
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
    links: [{ type: 'dashboards', tags: ['switchboard'], title: 'Switchboard', asDropdown: false, keepTime: true }],
    templating: {
      list: [
        ...variables.map(({ name, metric }) => ({
          name,
          type: 'query',
          datasource: DATASOURCE,
          query: { query: `label_values(${metric}, ${name})`, refId: name },
          refresh: 2,
          sort: 1,
        })),
        // Where the runbook is read; compose puts it beside Grafana.
        { name: 'runbook', label: 'Runbook', type: 'textbox', query: '/public/runbook.md', hide: 2 },
      ],
    },
    panels: placed,
  };
}

function renderPanel(panel: Panel): object {
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
        thresholds: { mode: 'absolute', steps: panel.moreIsBetter ? fallingSteps(panel) : risingSteps(panel) },
        ...(kind === 'timeseries' ? { custom: { fillOpacity: 10, thresholdsStyle: { mode: 'line' } } } : {}),
      },
      overrides: [],
    },
    ...OPTIONS[kind],
    ...(kind === 'table' ? { transformations: columns(queries) } : {}),
  };
}

interface Step {
  readonly color: string;
  /** From where on it is shown; null: from the least. */
  readonly value: number | null;
}

const risingSteps = ({ warn, alarm }: Panel): Step[] => [
  { color: 'green', value: null },
  ...(warn === undefined ? [] : [{ color: 'orange', value: warn }]),
  ...(alarm === undefined ? [] : [{ color: 'red', value: alarm }]),
];

/** Each colour begins where the worse one ends. */
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

/** One row for each set of labels, one column for each query. */
const columns = (queries: readonly Query[]): object[] => [
  { id: 'merge', options: {} },
  {
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      renameByName: Object.fromEntries(queries.map(({ legend }, index) => [`Value #${letterOf(index)}`, legend])),
    },
  },
];

function renderQuery({ expr, legend }: Query, index: number, kind: Panel['kind']): object {
  const query = { refId: letterOf(index), datasource: DATASOURCE, expr, legendFormat: legend };
  if (kind === 'timeseries') return query;
  return { ...query, instant: true, range: false, ...(kind === 'table' ? { format: 'table' } : {}) };
}
