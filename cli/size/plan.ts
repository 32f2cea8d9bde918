/** What a million events cost, measured by `npm run bench -- million --write`. */
export interface Figures {
  readonly measured: { readonly events: number; readonly machine: string };
  /** CPU seconds by process: each service, `kafka` with one replica, `redis`. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** The share of the events that a consumer service has a handler for. */
  readonly handled: Readonly<Record<string, number>>;
  /** What Kafka keeps, with one replica, and Redis, until it expires. */
  readonly bytes: { readonly kafka: number; readonly redis: number };
}

/** What an installation has to do, and how it is run. */
export interface Demand {
  /** Events a second at the peak. */
  readonly rate: number;
  /** Events a second over days; decides what is kept. */
  readonly average: number;
  /** How long a handler takes, nearly all of it spent waiting for outside systems. */
  readonly handlerMs: number;
  /** `CONCURRENCY` of the consumer services. */
  readonly concurrency: number;
  /** The part of a core or a disk that may be busy. */
  readonly utilisation: number;
  /** How long Kafka keeps events. */
  readonly retentionDays: number;
  /** How long Redis remembers handled events: `DONE_TTL_SECONDS`. */
  readonly marksDays: number;
  readonly replication: number;
  readonly brokerCores: number;
}

export interface ServiceSize {
  readonly name: string;
  readonly instances: number;
  /** Why not fewer. */
  readonly because: 'availability' | 'CPU' | 'waiting';
}

export interface Limit {
  readonly what: 'Redis memory' | 'Redis CPU' | 'disk of a broker' | 'instances of one service';
  /** The need as a part of what is usual; above 1 it breaks. */
  readonly ratio: number;
}

export interface Size {
  readonly services: readonly ServiceSize[];
  readonly partitions: number;
  readonly brokers: number;
  readonly kafkaCores: number;
  readonly kafkaDiskGb: number;
  readonly redisCores: number;
  readonly redisGb: number;
  /** In MBit/s. */
  readonly network: { readonly ingest: number; readonly kafka: number };
  /** Outside requests are at least this many a second, by service. */
  readonly effects: Readonly<Record<string, number>>;
  /** The limit that is reached first. */
  readonly first: Limit;
}

const MILLION = 1_000_000;
const GB = 1e9;
const DAY_SECONDS = 86_400;
/** One instance can be away. */
const LEAST_INSTANCES = 2;
const LEAST_BROKERS = 3;
/** Twice the instances: the partition count cannot grow later without breaking the order of keys. */
const ROOM = 2;
const LEAST_PARTITIONS = 6;

/** What one Redis primary, one broker and one consumer group usually have or bear. */
const MOST = { redisGb: 64, diskGb: 2_000, instances: 100 };

/** Computes an installation from what is measured, which is the CPU time and the bytes of an event. */
export function planSize(figures: Figures, demand: Demand): Size {
  const { rate, average, utilisation, replication } = demand;
  const cores = (name: string): number => ((figures.cpuSeconds[name] ?? 0) / MILLION) * rate;
  const groups = Object.keys(figures.handled).length;
  const services = Object.keys(figures.cpuSeconds)
    .filter((name) => name !== 'kafka' && name !== 'redis')
    .map((name) => serviceSize(name, cores(name), figures.handled[name] ?? 0, demand));
  const mostInstances = Math.max(...services.filter(({ name }) => name in figures.handled).map(instancesOf));
  const kafkaCores = cores('kafka') * replication;
  const brokers = Math.max(LEAST_BROKERS, replication, Math.ceil(kafkaCores / (demand.brokerCores * utilisation)));
  const kept = (bytes: number, days: number): number => ((bytes / MILLION) * average * DAY_SECONDS * days) / GB;
  const kafkaDiskGb = kept(figures.bytes.kafka, demand.retentionDays) * replication;
  const redisGb = kept(figures.bytes.redis, demand.marksDays);
  const redisCores = cores('redis');
  const megabits = ((figures.bytes.kafka / MILLION) * rate * 8) / 1e6;
  const limits: Limit[] = [
    { what: 'Redis memory', ratio: redisGb / MOST.redisGb },
    { what: 'Redis CPU', ratio: redisCores / utilisation },
    { what: 'disk of a broker', ratio: kafkaDiskGb / brokers / (MOST.diskGb * utilisation) },
    { what: 'instances of one service', ratio: Math.max(...services.map(instancesOf)) / MOST.instances },
  ];
  return {
    services,
    partitions: partitionsFor(mostInstances),
    brokers,
    kafkaCores,
    kafkaDiskGb,
    redisCores,
    redisGb,
    network: { ingest: megabits, kafka: megabits * (replication + groups) },
    effects: Object.fromEntries(
      Object.entries(figures.handled)
        // Flows looks at every event, and few of them make it act.
        .filter(([name]) => name !== 'flows')
        .map(([name, share]) => [name, share * rate]),
    ),
    first: limits.reduce((most, limit) => (limit.ratio > most.ratio ? limit : most)),
  };
}

function serviceSize(name: string, cores: number, share: number, demand: Demand): ServiceSize {
  const { rate, handlerMs, concurrency, utilisation } = demand;
  const forCpu = Math.ceil(cores / utilisation);
  // Flows waits for its database only, which its CPU time includes.
  const waiting = name === 'flows' ? 0 : Math.ceil((rate * share * handlerMs) / 1_000 / concurrency / utilisation);
  const instances = Math.max(LEAST_INSTANCES, forCpu, waiting);
  const because = instances === forCpu ? 'CPU' : instances === waiting ? 'waiting' : 'availability';
  return { name, instances, because: instances === LEAST_INSTANCES ? 'availability' : because };
}

const instancesOf = ({ instances }: ServiceSize): number => instances;

/** 6, 12, 24, 48 …: numbers that many numbers of instances divide. */
function partitionsFor(instances: number): number {
  let partitions = LEAST_PARTITIONS;
  while (partitions < instances * ROOM) partitions *= 2;
  return partitions;
}
