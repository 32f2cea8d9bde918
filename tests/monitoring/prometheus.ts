import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow } from '@switchboard/deploy/fixtures/program';
import { findProgram } from '@switchboard/deploy/prometheus/programs';
import { freePort } from '@switchboard/stack';
import { stringify } from 'yaml';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus that scrapes every second. */
export interface Prometheus extends AsyncDisposable {
  /** @throws if the query cannot be parsed or run */
  query(expr: string): Promise<Sample[]>;
  /** Scrapes these, host:port each, besides the targets of its start. */
  alsoScrape(targets: readonly string[]): Promise<void>;
  /** The names of the firing alerts. */
  firing(): Promise<string[]>;
}

/** @param targets host:port of each service; @param rules a rule file, as an object */
export async function startPrometheus(targets: readonly string[], rules: object): Promise<Prometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-prometheus-'));
  await writeFile(join(directory, 'rules.yml'), stringify(rules));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [
      { job_name: 'switchboard', static_configs: [{ targets }], file_sd_configs: [{ files: ['targets.json'] }] },
    ],
  };
  const alsoScrape = (more: readonly string[]) =>
    writeFile(join(directory, 'targets.json'), JSON.stringify([{ targets: more }]));
  await alsoScrape([]);
  await writeFile(join(directory, 'prometheus.yml'), stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const program = follow(
    spawn(
      findProgram('prometheus'),
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    ),
  );
  await program.says('Server is ready to receive web requests');

  async function query(expr: string): Promise<Sample[]> {
    const response = await fetch(`http://${address}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expr }),
    });
    const { status, error, data } = (await response.json()) as {
      status: string;
      error?: string;
      data?: { result: Sample[] };
    };
    if (status !== 'success' || data === undefined) throw new Error(`${error}: ${expr}`);
    return data.result;
  }

  return {
    query,
    alsoScrape,
    async firing() {
      const alerts = await query('count by (alertname) (ALERTS{alertstate="firing"})');
      return alerts.map(({ metric }) => metric.alertname ?? '').sort();
    },
    async [Symbol.asyncDispose]() {
      program.child.kill('SIGTERM');
      await program.exit;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
