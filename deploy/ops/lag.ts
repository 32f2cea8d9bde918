import {
  deadLetterTopicOf,
  openReader,
  type Reader,
  readDeadLetters,
  type ServiceProgress,
  type TopicProgress,
} from '@switchboard/kafka';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { OpsError } from './ops-error.ts';
import { consumerServices, progressOf } from './services.ts';
import { table } from './table.ts';
import { asDuration } from './times.ts';

/** How far behind each service is, and what waits. */
export const lag: Command = {
  usage: 'lag [--service <name>]…',
  options: ['service'],
  words: 0,
  async run(given, context) {
    const services = given.services.length > 0 ? given.services : consumerServices;
    const reader = openReader(context.connection);
    try {
      const lags = await Promise.all(services.map((service) => lagOf(service, reader, context)));
      const columns = [
        { title: 'service', most: 24 },
        { title: 'topic', most: 36 },
        { title: 'records', align: 'right' as const },
        { title: 'oldest', align: 'right' as const },
        { title: '' },
      ];
      context.report(table(columns, lags.flatMap(rowsOf)), { services: lags });
    } finally {
      await reader.close();
    }
    return 0;
  },
};

type Lag = Awaited<ReturnType<typeof lagOf>>;

async function lagOf(service: string, reader: Reader, context: Context) {
  const { connection, privacy } = context;
  const progress = await progressOf(connection, service);
  const heads = await readHeads(progress, reader);
  const now = Date.now();
  const source = (topic: TopicProgress) => {
    const waiting = heads.filter((head) => head.topic === topic.topic);
    const [oldest] = waiting.toSorted((one, other) => one.timestamp - other.timestamp);
    const seconds = oldest === undefined ? 0 : Math.max(0, (now - oldest.timestamp) / 1_000);
    const event = oldest?.headers.ce_id === undefined ? null : privacy.id(oldest.headers.ce_id, topic.topic);
    return { topic: topic.topic, records: countOf(topic), seconds, event };
  };
  const tier = (topic: TopicProgress) => {
    const waiting = heads.filter((head) => head.topic === topic.topic);
    const ages = waiting.map(
      ({ headers, timestamp }) => (now - Number(headers['origin-timestamp'] ?? timestamp)) / 1_000,
    );
    const late = waiting.map(({ headers, timestamp }) => (now - Number(headers['retry-due-at'] ?? timestamp)) / 1_000);
    const overdueSeconds = waiting.length === 0 ? 0 : Math.max(...late);
    return { topic: topic.topic, records: countOf(topic), seconds: Math.max(0, ...ages), overdueSeconds };
  };
  return {
    service,
    members: progress.members,
    sources: progress.sources.map(source),
    chain: progress.tiers.map(tier),
    deadLetters: progress.tiers.length === 0 ? 0 : await openLetters(service, context),
  };
}

/** Null while Redis does not answer: everything else is known without it. */
async function openLetters(service: string, { connection, redis, note }: Context): Promise<number | null> {
  try {
    const letters = await readDeadLetters(connection, await redis(), service);
    return letters.filter(({ state }) => state === 'open').length;
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    note(`${error.message} Without it nobody knows which dead letters of ${service} are open.`);
    return null;
  }
}

const countOf = ({ partitions }: TopicProgress): number =>
  partitions.reduce((sum, { committed, high }) => sum + Math.max(high - committed, 0), 0);

/** The first record of each partition that the service has not done with. */
async function readHeads({ sources, tiers }: ServiceProgress, reader: Reader) {
  const heads: { topic: string; timestamp: number; headers: Readonly<Record<string, string>> }[] = [];
  const ranges = [...sources, ...tiers].flatMap(({ topic, partitions }) =>
    partitions
      .filter(({ committed, high }) => committed < high)
      .map(({ partition, committed }) => ({ topic, partition, from: committed, to: committed + 1 })),
  );
  await reader.read(ranges, ({ topic, timestamp, headers }) => heads.push({ topic, timestamp, headers }));
  return heads;
}

function rowsOf({ service, members, sources, chain, deadLetters }: Lag): (string | number)[][] {
  const state = members === 0 ? 'nothing of it runs' : '';
  const rows: (string | number)[][] = [
    ...sources.map(({ topic, records, seconds, event }) => [
      topic,
      records,
      ageOf(records, seconds),
      event === null ? '' : `since ${event}`,
    ]),
    ...chain.map(({ topic, records, seconds, overdueSeconds }) => [
      topic,
      records,
      ageOf(records, seconds),
      records === 0
        ? ''
        : overdueSeconds < 0
          ? `next in ${asDuration(-overdueSeconds)}`
          : `due for ${asDuration(overdueSeconds)}`,
    ]),
    [deadLetterTopicOf(service), deadLetters ?? '?', '', deadLetters ? 'open: `dlq list` tells why' : ''],
  ];
  return rows.map(([topic = '', records = 0, age = '', note = ''], index) => [
    index === 0 ? service : '',
    topic,
    records,
    age,
    index === 0 && state !== '' ? state : note,
  ]);
}

const ageOf = (records: number, seconds: number): string => (records === 0 ? '' : asDuration(seconds));
