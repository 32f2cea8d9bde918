import { costOf, type Prices } from './cost.ts';
import { type Demand, type Figures, planSize } from './plan.ts';

export const DEFAULT_DEMAND: Omit<Demand, 'rate' | 'average'> = {
  handlerMs: 200,
  concurrency: 16,
  utilisation: 0.6,
  retentionDays: 7,
  marksDays: 7,
  replication: 3,
  brokerCores: 4,
};

export const DEFAULT_PRICES: Prices = { core: 25, memoryGb: 3, diskGb: 0.1 };

/** What an installation needs for each demand, as the lines of a table: what, then one cell for each demand. */
export function sizeLines(figures: Figures, demands: readonly Demand[], prices: Prices): string[][] {
  const plans = demands.map((demand) => ({ demand, size: planSize(figures, demand) }));
  const line = (what: string, cell: (plan: (typeof plans)[number]) => string): string[] => [what, ...plans.map(cell)];
  const services = plans[0]?.size.services ?? [];
  return [
    line('events a second', ({ demand }) => count(demand.rate)),
    ...services.map(({ name }, index) =>
      line(`instances of ${name}`, ({ size }) => {
        const { instances = 0, because } = size.services[index] ?? {};
        return `${count(instances)} (${because})`;
      }),
    ),
    line('partitions of each topic', ({ size }) => count(size.partitions)),
    line('Kafka brokers', ({ size, demand }) => `${count(size.brokers)} of ${demand.brokerCores} cores`),
    line('Kafka disk', ({ size }) => gigabytes(size.kafkaDiskGb)),
    line('Redis memory', ({ size }) => gigabytes(size.redisGb)),
    line('Redis CPU', ({ size }) => `${size.redisCores.toFixed(2)} cores`),
    line('network into ingest', ({ size }) => `${count(size.network.ingest)} MBit/s`),
    line('network of Kafka', ({ size }) => `${count(size.network.kafka)} MBit/s`),
    ...Object.keys(plans[0]?.size.effects ?? {}).map((name) =>
      line(`events with an effect by ${name}`, ({ size }) => `${count(size.effects[name] ?? 0)} /s`),
    ),
    line('cores and memory', ({ size, demand }) => {
      const { cores, memoryGb } = costOf(size, demand, prices);
      return `${count(cores)} cores, ${gigabytes(memoryGb)}`;
    }),
    line('cost a month', ({ size, demand }) => count(costOf(size, demand, prices).month)),
    line('breaks first', ({ size }) => `${size.first.what}, at ${count(size.first.ratio * 100)} %`),
  ];
}

const count = (value: number): string =>
  (value < 10 ? Number(value.toPrecision(2)) : Math.round(value)).toLocaleString('en-US');

const gigabytes = (value: number): string => (value >= 1_000 ? `${count(value / 1_000)} TB` : `${count(value)} GB`);
