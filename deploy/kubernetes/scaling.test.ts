import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { findProgram } from '../prometheus/programs.ts';
import { services } from '../services.ts';
import { concurrencyOf, instancesQuery } from './scaling.ts';

const folder = await mkdtemp(join(tmpdir(), 'switchboard-scaling-'));
after(() => rm(folder, { recursive: true }));

const of = (labels: string): string => `{service="crm-sync",${labels}}`;
const running = (instance: string, values: string) => ({
  series: `consumer_running${of(`instance="${instance}"`)}`,
  values,
});
const lag = (topic: string, values: string) => ({
  series: `kafka_consumergroup_lag_seconds${of(`instance="a",topic="${topic}"`)}`,
  values,
});
const two = [running('a', '4x30'), running('b', '4x30')];
/** The connections to a system, and how many of them are down. */
const breaker = (down: string, requests: string, closed = '0x30') => [
  { series: `outbound_targets${of('instance="a",target="hubspot",breaker="open"')}`, values: down },
  { series: `outbound_targets${of('instance="a",target="hubspot",breaker="half-open"')}`, values: '0x30' },
  { series: `outbound_targets${of('instance="a",target="hubspot",breaker="closed"')}`, values: closed },
  { series: `outbound_request_seconds_count${of('instance="a",target="hubspot"')}`, values: requests },
];

/** Ten minutes in, with a sample each minute. */
const CASES = [
  { name: 'a backlog asks for instances in proportion to its age', series: [...two, lag('t', '0x8 15x20')], wanted: 6 },
  { name: 'a long one for four times as many at most', series: [...two, lag('t', '0x8 900x20')], wanted: 8 },
  {
    name: 'an open breaker keeps the number, however old the backlog is',
    series: [...two, lag('t', '0x8 900x20'), ...breaker('0x8 1x20', '0+60x30', '1x8 0x20')],
    wanted: 2,
  },
  {
    name: 'a breaker that opened long ago, and has seen no request since, does not',
    series: [...two, lag('t', '0x8 900x20'), ...breaker('1x30', '60x30')],
    wanted: 8,
  },
  {
    name: 'the system of one tenant that is down holds up no others',
    series: [...two, lag('t', '0x8 900x20'), ...breaker('0x8 1x20', '0+60x30', '9x30')],
    wanted: 8,
  },
  {
    name: 'a pause for Redis, the registry or outside keeps the number',
    series: [...two, lag('t', '900x30'), { series: `consumer_paused${of('reason="redis"')}`, values: '1x30' }],
    wanted: 2,
  },
  { name: 'quiet instances are too many', series: [...two, lag('t', '0x30')], wanted: 0.71 },
  {
    name: 'busy instances without a backlog stay as many as they are',
    series: [running('a', '16x30'), running('b', '16x30'), lag('t', '1x30')],
    wanted: 2,
  },
  {
    name: 'the lag of another service does not count',
    series: [
      ...two,
      lag('t', '0x30'),
      { series: 'kafka_consumergroup_lag_seconds{service="flows"}', values: '900x30' },
    ],
    wanted: 0.71,
  },
] as const;

it('the query of the autoscaler answers as its table of cases says', async () => {
  const tests = CASES.map(({ name, series, wanted }) => ({
    name,
    interval: '1m',
    input_series: series,
    promql_expr_test: [
      {
        expr: `round(${instancesQuery('crm-sync')}, 0.01) * 100`,
        eval_time: '15m',
        exp_samples: [{ labels: '{}', value: wanted * 100 }],
      },
    ],
  }));
  const file = join(folder, 'scaling.test.yml');
  await writeFile(file, stringify({ rule_files: [], evaluation_interval: '1m', tests }));
  await promisify(execFile)(findProgram('promtool'), ['test', 'rules', file]);
});

it('the query knows the default concurrency of every service', async () => {
  const defaultOf = async (file: string): Promise<number | undefined> => {
    const text = await readFile(join(import.meta.dirname, '../..', file), 'utf8').catch(() => '');
    const [, value] = /^ +CONCURRENCY: Type\.Integer\(\{[^}]*default: ([\d_]+)/m.exec(text) ?? [];
    return value === undefined ? undefined : Number(value.replaceAll('_', ''));
  };
  const common = await defaultOf('packages/consumer/src/service/config.ts');
  for (const { name } of services.filter(({ handles }) => handles.length > 0)) {
    assert.equal(concurrencyOf(name), (await defaultOf(`services/${name}/src/config.ts`)) ?? common, name);
  }
});
