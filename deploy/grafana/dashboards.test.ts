import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { alertRules } from '../prometheus/rules.ts';
import { dashboards, files } from './dashboards.ts';
import type { Panel } from './panel.ts';
import { render } from './render.ts';

it('the dashboards that are provisioned are those of the code: npm run dashboards writes them', () => {
  for (const { path, content } of files()) assert.equal(readFileSync(path, 'utf8'), content, path);
});

interface Rendered {
  readonly panels: readonly {
    readonly targets: readonly { readonly instant?: boolean; readonly range?: boolean }[];
    readonly fieldConfig: { readonly defaults: { readonly thresholds: { readonly steps: readonly object[] } } };
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

  it('is that of now: one that is gone leaves none behind', () => {
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
          assert.ok(!nameless, `${name}: what vector() answers has no label for ${legend}`);
        }
      }
    });

    it('fits into its row', () => {
      for (const { width = 12 } of panels) assert.ok(width <= 24);
    });
  });
}
