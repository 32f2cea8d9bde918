import { parseOptions, UsageError } from '@switchboard/service/command-line';
import { list } from '../ops/table.ts';
import { readFigures } from './figures.ts';
import { DEFAULT_DEMAND, DEFAULT_PRICES, sizeLines } from './render.ts';

const D = DEFAULT_DEMAND;
const P = DEFAULT_PRICES;

const USAGE = `npm run switchboard -- size --rate <events a second> [options]

  computes what an installation needs, from what a million events cost (docs/capacity.md)

  --rate <n>            events a second at the peak
  --average <n>         events a second over days; default the rate
  --handler-ms <n>      how long a handler takes, outside requests included; default ${D.handlerMs}
  --concurrency <n>     CONCURRENCY of the consumer services; default ${D.concurrency}
  --utilisation <n>     the part of a core that may be busy, from 0 to 1; default ${D.utilisation}
  --retention-days <n>  how long Kafka keeps events; default ${D.retentionDays}
  --marks-days <n>      how long Redis remembers handled events (DONE_TTL_SECONDS); default ${D.marksDays}
  --replication <n>     replicas of each partition; default ${D.replication}
  --broker-cores <n>    cores of a broker; default ${D.brokerCores}
  --core-price <n>      of a core a month; default ${P.core}
  --memory-price <n>    of 1 GB of memory a month; default ${P.memoryGb}
  --disk-price <n>      of 1 GB of disk a month; default ${P.diskGb}
  -h, --help            this text`;

const number = { type: 'string' } as const;

/** `npm run switchboard -- size`. @returns the exit code */
export async function size(argv: readonly string[]): Promise<number> {
  const { values } = parseOptions({
    args: [...argv],
    options: {
      rate: number,
      average: number,
      'handler-ms': number,
      concurrency: number,
      utilisation: number,
      'retention-days': number,
      'marks-days': number,
      replication: number,
      'broker-cores': number,
      'core-price': number,
      'memory-price': number,
      'disk-price': number,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const read = (name: Exclude<keyof typeof values, 'help'>, byDefault?: number): number => {
    const text = values[name];
    const value = text === undefined ? byDefault : Number(text);
    if (value !== undefined && value > 0 && Number.isFinite(value)) return value;
    throw new UsageError(`--${name} must be a number above 0.`);
  };
  const rate = read('rate');
  const utilisation = read('utilisation', D.utilisation);
  if (utilisation > 1) throw new UsageError('--utilisation must be a number from 0 to 1.');
  const demand = {
    rate,
    average: read('average', rate),
    handlerMs: read('handler-ms', D.handlerMs),
    concurrency: read('concurrency', D.concurrency),
    utilisation,
    retentionDays: read('retention-days', D.retentionDays),
    marksDays: read('marks-days', D.marksDays),
    replication: read('replication', D.replication),
    brokerCores: read('broker-cores', D.brokerCores),
  };
  const prices = {
    core: read('core-price', P.core),
    memoryGb: read('memory-price', P.memoryGb),
    diskGb: read('disk-price', P.diskGb),
  };
  const lines = sizeLines(await readFigures(), [demand], prices);
  console.log(list(lines.map(([what = '', value = '']): [string, string] => [what, value])));
  return 0;
}
