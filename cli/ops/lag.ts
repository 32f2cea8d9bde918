import { deadLetterTopicOf } from '@switchboard/consumer/operate';
import { UsageError } from '@switchboard/service/command-line';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { type Lag, lagsOf } from './service-lag.ts';
import { consumerServices } from './services.ts';
import { list, table } from './table.ts';
import { reportByTenant } from './tenant-lag.ts';
import { asDuration } from './times.ts';
import { byVerdict, verdictOf } from './verdict.ts';
import { watching } from './watching.ts';

/** How each service is, how far behind it is, and what waits. */
export const lag: Command = {
  usage: 'lag [--service <name>]… [--by tenant] [--tenant <tenant>] [--limit 20] [--all] [--watch]',
  summary: 'which service is down, paused or behind, why, and what waits where',
  options: ['service', 'by', 'tenant', 'limit', 'all', 'watch'],
  words: 0,
  run: watching(report),
};

async function report(given: Arguments, context: Context): Promise<number> {
  const by = given.text('by') ?? (given.text('tenant') === undefined ? undefined : 'tenant');
  if (by === 'tenant') return reportByTenant(given, context);
  if (by !== undefined) throw new UsageError('--by tenant is the only grouping.');
  const services = given.services.length > 0 ? given.services : consumerServices;
  const lags = (await lagsOf(services, context)).map((one) => ({ ...one, verdict: verdictOf(one) }));
  const verdicts = list(lags.toSorted(byVerdict).map(({ service, verdict }) => [service, verdict.text]));
  const rows = lags.flatMap((one) => rowsOf(one, given.is('all')));
  const columns = [
    { title: 'service', most: 24 },
    { title: 'topic', most: 36 },
    { title: 'records', align: 'right' as const },
    { title: 'oldest', align: 'right' as const },
    { title: '' },
  ];
  const text = rows.length === 0 ? verdicts : `${verdicts}\n\n${table(columns, rows, context.columns)}`;
  context.report(text, { services: lags });
  return 0;
}

/** The topics in which something waits; with `all`, the others too. */
function rowsOf({ service, sources, chain, deadLetters }: Lag, all: boolean): (string | number)[][] {
  const rows: (string | number)[][] = [
    ...sources.map(({ topic, records, seconds, event }) => [
      topic,
      records,
      ageOf(records, seconds),
      event === null ? '' : `since ${event}`,
    ]),
    ...chain.map(({ topic, records, seconds, overdueSeconds, isWaiting }) => [
      topic,
      records,
      ageOf(records, seconds),
      records === 0
        ? ''
        : isWaiting
          ? 'for an outside system: `connections`'
          : overdueSeconds < 0
            ? `next in ${asDuration(-overdueSeconds)}`
            : `due for ${asDuration(overdueSeconds)}`,
    ]),
    [deadLetterTopicOf(service), deadLetters ?? '?', '', deadLetters ? 'open: `dlq list` tells why' : ''],
  ];
  const shown = rows.filter(([, records]) => all || records !== 0);
  return shown.map((row, index) => [index === 0 ? service : '', ...row]);
}

const ageOf = (records: number, seconds: number): string => (records === 0 ? '' : asDuration(seconds));
