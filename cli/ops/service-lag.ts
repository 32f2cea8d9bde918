import {
  readDeadLetters,
  readPauses,
  readUnavailable,
  type ServiceProgress,
  type TopicProgress,
  waitingTopicOf,
} from '@switchboard/consumer/operate';
import { epochMs, openReader, type Reader } from '@switchboard/kafka';
import type { Context } from './context.ts';
import { OpsError } from './ops-error.ts';
import { progressOf } from './services.ts';

/** That of each of these services, in their order. */
export async function lagsOf(services: readonly string[], context: Context): Promise<Lag[]> {
  const reader = openReader(context.connection);
  try {
    return await Promise.all(services.map((service) => lagOf(service, reader, context)));
  } finally {
    await reader.close();
  }
}

export type Lag = Awaited<ReturnType<typeof lagOf>>;

/** How far behind a service is, what waits in its chain, and what it waits for itself. */
export async function lagOf(service: string, reader: Reader, context: Context) {
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
    const since = (name: string) =>
      waiting.map(({ headers, timestamp }) => (now - epochMs(headers[name], timestamp)) / 1_000);
    // What waits for an outside system is due all the time.
    const isDue = waiting.length > 0 && !topic.topic.endsWith('.retry.waiting');
    const overdueSeconds = isDue ? Math.max(...since('retry-due-at')) : 0;
    const seconds = Math.max(0, ...since('origin-timestamp'));
    const isWaiting = topic.topic === waitingTopicOf(service);
    return { topic: topic.topic, records: countOf(topic), seconds, overdueSeconds, isWaiting };
  };
  return {
    service,
    members: progress.members,
    sources: progress.sources.map(source),
    chain: progress.retries.map(tier),
    pause: await pauseOf(service, context),
    unavailable: await unavailableOf(service, context),
    deadLetters: progress.retries.length === 0 ? 0 : await openLetters(service, context),
  };
}

/** The longest pause of an instance; null when none is paused, or while Redis does not answer. */
async function pauseOf(service: string, { redis, privacy }: Context) {
  try {
    const [pause] = await readPauses(await redis(), service);
    if (pause === undefined) return null;
    const { by, why, since } = pause;
    return { by: privacy.sentence(by), why: privacy.sentence(why), seconds: Math.max(0, (Date.now() - since) / 1_000) };
  } catch (error) {
    if (error instanceof OpsError) return null;
    throw error;
  }
}

/** The outside systems that it cannot use, the longest first; none while Redis does not answer. */
async function unavailableOf(service: string, { redis, privacy }: Context) {
  try {
    const notes = await readUnavailable(await redis(), service);
    return [...Map.groupBy(notes, ({ target }) => target)].map(([target, instances]) => ({
      connection: privacy.sentence(target),
      why: privacy.sentence(instances[0]?.why ?? ''),
      seconds: Math.max(0, (Date.now() - (instances[0]?.since ?? Date.now())) / 1_000),
      waiting: instances.reduce((sum, { waiting }) => sum + waiting, 0),
    }));
  } catch (error) {
    if (error instanceof OpsError) return [];
    throw error;
  }
}

/** Null while Redis does not answer: everything else is known without it. */
async function openLetters(service: string, { connection, redis, note }: Context): Promise<number | null> {
  try {
    const letters = await readDeadLetters(connection, await redis(), service);
    return letters.filter(({ state }) => state === 'open').length;
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    note(`${error.message} Without it, the open dead letters of ${service} are unknown.`);
    return null;
  }
}

const countOf = ({ partitions }: TopicProgress): number =>
  partitions.reduce((sum, { committed, high }) => sum + Math.max(high - committed, 0), 0);

/** The first record of each partition that the service has not done with. */
async function readHeads({ sources, retries }: ServiceProgress, reader: Reader) {
  const heads: { topic: string; timestamp: number; headers: Readonly<Record<string, string>> }[] = [];
  const ranges = [...sources, ...retries].flatMap(({ topic, partitions }) =>
    partitions
      .filter(({ committed, high }) => committed < high)
      .map(({ partition, committed }) => ({ topic, partition, from: committed, to: committed + 1 })),
  );
  await reader.read(ranges, ({ topic, timestamp, headers }) => heads.push({ topic, timestamp, headers }));
  return heads;
}
