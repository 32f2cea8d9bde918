import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findProgram } from './programs.ts';
import { alertRules } from './rules.ts';

const run = promisify(execFile);
const cwd = import.meta.dirname;
const rules = alertRules();
const names = rules.map(({ alert }) => alert);

interface Cases {
  tests: { name: string; promql_expr_test: { exp_samples: { labels: string }[] }[] }[];
}

interface Configuration {
  scrape_configs: { relabel_configs?: { target_label: string }[] }[];
}

describe('the alerts', () => {
  it('fire and are quiet as alerts.test.yml says', async () => {
    await run(findProgram('promtool'), ['check', 'config', 'prometheus.yml'], { cwd });
    await run(findProgram('promtool'), ['test', 'rules', 'alerts.test.yml'], { cwd });
  });

  it('each have a case in which they fire, and one in which nothing does', () => {
    const { tests } = parse(readFileSync(join(cwd, 'alerts.test.yml'), 'utf8'), { maxAliasCount: -1 }) as Cases;
    for (const name of names) {
      const looks = tests.filter((test) => test.name.startsWith(`${name} `)).flatMap((test) => test.promql_expr_test);
      const fires = ({ exp_samples }: (typeof looks)[number]): boolean =>
        exp_samples.some(({ labels }) => labels.includes(`"${name}"`));
      assert.ok(looks.some(fires), `${name} fires in no case`);
      assert.ok(
        looks.some(({ exp_samples }) => exp_samples.length === 0),
        `${name} is quiet in no case`,
      );
    }
  });

  it('keep the namespace, by which the Prometheus operator finds the receiver of an alert', () => {
    for (const { alert, expr } of rules) {
      for (const [clause] of expr.matchAll(/\b(?:by|on) \([^)]*\)/g)) assert.match(clause, /\bnamespace\b/, alert);
      assert.doesNotMatch(expr, /\b(?:sum|max|min|count|group|avg)(?: without)? \(/, alert);
    }
  });

  it('each have their section in the runbook, which has no others', () => {
    const runbook = readFileSync(join(cwd, '../../docs/runbook.md'), 'utf8');
    const sections = runbook.split(/^## /m).slice(1);
    assert.deepEqual(sections.map((section) => section.slice(0, section.indexOf('\n'))).sort(), [...names].sort());
    for (const section of sections) assert.match(section, /\*\*Means\.\*\*[\s\S]*\*\*Look\.\*\*[\s\S]*\*\*Do\.\*\*/);
    for (const { alert, annotations } of rules) {
      assert.equal(
        annotations.runbook_url,
        `{{ or $externalLabels.runbook "docs/runbook.md" }}#${alert.toLowerCase()}`,
      );
      assert.ok(annotations.summary);
    }
  });

  it('name targets by labels that prometheus.yml gives them', () => {
    const { scrape_configs } = parse(readFileSync(join(cwd, 'prometheus.yml'), 'utf8')) as Configuration;
    const relabelled = scrape_configs.flatMap(({ relabel_configs = [] }) => relabel_configs);
    const given = new Set(['instance', 'job', ...relabelled.map(({ target_label }) => target_label)]);
    for (const { expr, annotations } of rules.filter((rule) => rule.expr.startsWith('up{'))) {
      const named = [...`${annotations.summary}`.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
      assert.ok(named.length > 1, expr);
      for (const label of named) assert.ok(given.has(label), label);
    }
  });

  it('tell how urgent they are', () => {
    for (const { alert, labels } of rules) assert.match(labels.severity ?? '', /^(page|warning)$/, alert);
  });
});
