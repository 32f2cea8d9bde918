import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { alertRules } from '../prometheus/rules.ts';
import { dashboards, files } from './dashboards.ts';

it('the dashboards that are provisioned are those of the code: npm run dashboards writes them', () => {
  for (const { path, content } of files()) assert.equal(readFileSync(path, 'utf8'), content, path);
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

    it('fits into its row', () => {
      for (const { width = 12 } of panels) assert.ok(width <= 24);
    });
  });
}
