import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { alertRules } from '../prometheus/rules.ts';
import { dashboards, files } from './dashboards.ts';
import type { Panel } from './panel.ts';
import { render } from './render.ts';
import { states } from './states.ts';

it('the provisioned dashboards are up to date: npm run dashboards writes them', () => {
  for (const { path, content } of files()) assert.equal(readFileSync(path, 'utf8'), content, path);
});

interface Rendered {
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly {
    readonly datasource: { readonly uid: string };
    readonly targets: readonly {
      readonly datasource: { readonly uid: string };
      readonly instant?: boolean;
      readonly range?: boolean;
    }[];
    readonly fieldConfig: {
      readonly defaults: {
        readonly thresholds: { readonly steps: readonly object[] };
        readonly mappings: readonly { readonly options: Readonly<Record<string, { readonly text: string }>> }[];
      };
    };
  }[];
}

describe('a figure', () => {
  const rendered = (changes: Partial<Panel>): Rendered['panels'][number] | undefined => {
    const queries = [{ expr: 'up', legend: 'up' }];
    const panel: Panel = { title: '', description: '', kind: 'stat', unit: 'short', runbook: '', queries, ...changes };
    return (render({ uid: '', title: '', description: '', panels: [panel] }) as Rendered).panels[0];
  };
  const colours = (changes: Partial<Panel>): readonly object[] | undefined =>
    rendered(changes)?.fieldConfig.defaults.thresholds.steps;

  it('is current: it vanishes with its series', () => {
    assert.partialDeepStrictEqual(rendered({})?.targets, [{ instant: true, range: false }]);
    assert.equal(rendered({ kind: 'timeseries' })?.targets[0]?.instant, undefined);
  });

  it('turns red as it rises', () => {
    assert.deepEqual(colours({ warn: 10, alarm: 60 }), [
      { color: 'green', value: null },
      { color: 'orange', value: 10 },
      { color: 'red', value: 60 },
    ]);
  });

  it('turns red as it falls, where more is better', () => {
    assert.deepEqual(colours({ moreIsBetter: true, warn: 0.95, alarm: 0.9 }), [
      { color: 'red', value: null },
      { color: 'orange', value: 0.9 },
      { color: 'green', value: 0.95 },
    ]);
    assert.deepEqual(colours({ moreIsBetter: true, alarm: 1 }), [
      { color: 'red', value: null },
      { color: 'green', value: 1 },
    ]);
  });
});

for (const { title, panels } of dashboards) {
  describe(`each panel of ${title}`, () => {
    it('says what it means', () => {
      for (const { title: name, description } of panels) assert.match(description, /\.$/, name);
      assert.equal(new Set(panels.map(({ title: name }) => name)).size, panels.length);
    });

    it('leads to a section of the runbook', () => {
      const sections = new Set(alertRules().map(({ alert }) => alert));
      for (const { title: name, runbook } of panels) assert.ok(sections.has(runbook), `${name}: ${runbook}`);
    });

    it('names each of its figures', () => {
      for (const { title: name, queries } of panels) {
        for (const { expr, legend } of queries) {
          const nameless = legend.startsWith('{{') && expr.includes('vector(');
          assert.ok(!nameless, `${name}: the answer of vector() has no label for ${legend}`);
        }
      }
    });

    it('fits into its row', () => {
      for (const { width = 12 } of panels) assert.ok(width <= 24);
    });
  });
}

/** The gauges that docs/metrics.md describes as `1 while …` or `0: …; 1: …`, with Prometheus' own `up`. */
const stateMetrics = new Set([
  'up',
  ...[
    ...readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8').matchAll(
      /^\| `(\w+)` +\| gauge +\|[^|]*\| (?:1 while|0:) /gm,
    ),
  ].map(([, name = '']) => name),
]);

/** The metric that a query answers as it is: not counted, summed or compared. */
const shownMetric = (expr: string): string | undefined =>
  /^(?:(?:min|max)\b[^(]*(?:\([^)]*\) *)?\()?(\w+)(?:\{[^}]*\})?\)?$/.exec(expr)?.[1];

it('every state has words', () => {
  assert.ok(stateMetrics.size > 4);
  assert.deepEqual(Object.keys(states).sort(), [...stateMetrics].sort());
});

for (const dashboard of dashboards) {
  const { title, uid, panels } = dashboard;
  const made = render(dashboard) as Rendered;

  describe(`the dashboard ${title}`, () => {
    it('has words where numbers stand for states', () => {
      for (const [index, panel] of panels.entries()) {
        for (const { expr } of panel.queries) {
          const metric = shownMetric(expr);
          if (metric === undefined || !stateMetrics.has(metric)) continue;
          const words = made.panels[index]?.fieldConfig.defaults.mappings.flatMap(({ options }) =>
            Object.entries(options),
          );
          const named = words?.map(([value, { text }]) => [value, text]);
          const expected = Object.entries(states[metric] ?? {}).map(([value, { text }]) => [value, text]);
          assert.deepEqual(named, expected, panel.title);
        }
      }
    });

    it('asks the data source that its reader chooses', () => {
      assert.ok(made.templating.list.some(({ name, type }) => name === 'datasource' && type === 'datasource'));
      for (const { datasource, targets } of made.panels) {
        for (const asked of [datasource, ...targets.map((target) => target.datasource)]) {
          assert.equal(asked.uid, `\${datasource}`);
        }
      }
      assert.doesNotMatch(JSON.stringify(made), /"uid":"prometheus"/);
    });

    it('links to dashboards that exist, with the time range, the data source and known variables', () => {
      for (const [url, target] of JSON.stringify(made).matchAll(/\/d\/switchboard-([^?"]*)[^"]*/g)) {
        const linked = dashboards.find((candidate) => candidate.uid === target);
        assert.ok(linked, url);
        assert.match(url, /\?\$\{__url_time_range\}&\$\{datasource:queryparam\}/);
        const known = (linked.variables ?? []).map(({ name }) => name);
        for (const [, name = ''] of url.matchAll(/var-(\w+)=/g)) assert.ok(known.includes(name), url);
      }
    });

    it('leads from each figure of a service to the service', () => {
      for (const [index, { title: name, kind, queries }] of panels.entries()) {
        if (uid === 'service' || kind !== 'stat' || !queries.some(({ legend }) => legend.includes('{{service}}')))
          continue;
        assert.match(
          JSON.stringify(made.panels[index]),
          /switchboard-service\?.*var-service=\$\{__field\.labels\.service\}/,
          name,
        );
      }
    });
  });
}

it('the flow dashboard lists the alerts that fire', () => {
  const list = dashboards.find(({ uid }) => uid === 'flow')?.panels.find(({ title }) => title === 'Firing alerts');
  assert.match(String(list?.queries[0]?.expr), /ALERTS\{alertstate="firing"\}/);
});
