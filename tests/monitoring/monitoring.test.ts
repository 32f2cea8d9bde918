import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dashboards } from '@switchboard/deploy/grafana/dashboards';
import { services } from '@switchboard/deploy/services';
import { until } from '@switchboard/stack/until';
import { type Installation, startInstallation } from '../flow/installation.ts';
import { documentedMetrics } from './documented.ts';
import { readExposition } from './exposition.ts';
import { hastenedRules } from './hastened-rules.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { sendDailyMix } from './troubled-load.ts';

let switchboard: Installation;
let prometheus: Prometheus;
const metricsOf = async (name: string): Promise<string> => (await fetch(`${switchboard.urlOf(name)}/metrics`)).text();

before(async () => {
  switchboard = await startInstallation({ RETRY_DELAYS: '1s,2s,4s' });
  const targets = services.map(({ name }) => new URL(switchboard.urlOf(name)).host);
  prometheus = await startPrometheus(targets, hastenedRules());
  await switchboard.fault({ system: 'hubspot', status: 500, rate: 0.2 });
  await switchboard.fault({ system: 'zendesk', status: 422, rate: 0.2 });
  await sendDailyMix(switchboard, 10);
});
after(async () => {
  await prometheus?.[Symbol.asyncDispose]();
  await switchboard?.[Symbol.asyncDispose]();
});

describe('docs/metrics.md', () => {
  const documented = documentedMetrics();

  it('lists every metric of a running service, with its kind, labels and buckets', async () => {
    await until('a dead letter is counted', async () =>
      /^consumer_dead_letters\{.*\} [1-9]/m.test(await metricsOf('ticketing')),
    );
    const answered = new Set<string>();
    for (const { name: service } of services) {
      for (const [name, metric] of readExposition(await metricsOf(service))) {
        if (/^(process|nodejs)_/.test(name)) continue;
        answered.add(name);
        const entry = documented.find((candidate) => candidate.name === name);
        assert.ok(entry, `${name} of ${service} is not documented`);
        assert.equal(metric.kind, entry.kind, name);
        if (metric.series > 0) assert.deepEqual([...metric.labels].sort(), entry.labels, `labels of ${name}`);
        if (metric.buckets.size > 0) assert.deepEqual([...metric.buckets], entry.buckets, `buckets of ${name}`);
      }
    }
    assert.deepEqual(documented.map(({ name }) => name).sort(), [...answered].sort());
  });

  it('follows its own naming rules', () => {
    for (const { name, kind, buckets } of documented) {
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
      assert.equal(buckets.length > 0, kind === 'histogram', name);
      if (kind === 'histogram') assert.match(name, /_seconds$/);
    }
  });
});

describe('a scrape', () => {
  const ROUNDS = 5;
  const SCRAPES = 20;
  /**
   * The CPU time of a scrape in milliseconds, in the cheapest round: the others have more of what else the service
   * does.
   */
  async function cost(service: string): Promise<number> {
    let lowest = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await cpuSeconds(service);
      for (let scrape = 1; scrape < SCRAPES; scrape += 1) await metricsOf(service);
      lowest = Math.min(lowest, (((await cpuSeconds(service)) - before) * 1_000) / SCRAPES);
    }
    return lowest;
  }

  async function cpuSeconds(service: string): Promise<number> {
    const [, seconds] = /^process_cpu_seconds_total(?:\{.*\})? (\S+)$/m.exec(await metricsOf(service)) ?? [];
    return Number(seconds);
  }

  const lines = (): Promise<number[]> =>
    Promise.all(services.map(async ({ name }) => (await metricsOf(name)).split('\n').length));

  /** The lag stays at 0 for longer than it takes to be looked up and scraped: else it may be that of before. */
  const allHandled = async () => {
    const since = Date.now();
    await until('all events are handled', async () => {
      const [lag] = await prometheus.query('sum(max_over_time(kafka_consumergroup_lag[10s]))');
      return Date.now() - since > 10_000 && lag?.value[1] === '0';
    });
  };

  it('takes at most 20 ms, and has as many series after ten times the traffic', async (t) => {
    await allHandled();
    const before = await lines();
    await sendDailyMix(switchboard, 100);
    await allHandled();
    for (const { name } of services) {
      const took = await cost(name);
      t.diagnostic(`${name}: ${took.toFixed(1)} ms`);
      assert.ok(took <= 20, `${name}: ${took.toFixed(1)} ms`);
    }
    for (const [index, after] of (await lines()).entries()) {
      const [name, earlier] = [services[index]?.name, before[index] ?? 0];
      // Outcomes that had not occurred yet may have occurred since.
      assert.ok(after <= earlier * 1.3 + 60, `${name}: ${earlier} lines, then ${after}`);
    }
  });
});

describe('every query of the dashboards has an answer', () => {
  for (const { title, panels } of dashboards) {
    it(title, async () => {
      // The dead letters fire an alert, which the alert list shows.
      await until('an alert fires', async () => (await prometheus.firing()).length > 0);
      for (const { title: panel, queries } of panels) {
        for (const { expr } of queries) {
          const filled = expr.replaceAll('$__rate_interval', '5m').replaceAll('$service', 'crm-sync');
          assert.doesNotMatch(filled, /\$/);
          await until(`${panel}: ${filled}`, async () => (await prometheus.query(filled)).length > 0);
        }
      }
    });
  }
});
