import { environment } from '@switchboard/service';
import { readLocalConfig } from './config.ts';
import { answers, type PartName } from './places.ts';
import type { Variables } from './programs.ts';
import { type PartRecord, readRecords, supervisorOf } from './records.ts';

/** The parts of the local stack, their expected addresses, and whether they answer. */
export async function stackPorts(
  variables: Variables = environment,
): Promise<{ part: PartName; title: string; port: number; isUp: boolean }[]> {
  const { KAFKA_PORT, REGISTRY_PORT, REDIS_PORT } = readLocalConfig(variables);
  const known: [PartName, string, number][] = [
    ['kafka', 'Kafka', KAFKA_PORT],
    ['registry', 'The schema registry', REGISTRY_PORT],
    ['redis', 'Redis', REDIS_PORT],
  ];
  return Promise.all(
    known.map(async ([part, title, port]) => ({ part, title, port, isUp: await answers(part, [port]) })),
  );
}

/** Describes the parts that use this folder, and those that answer on the well-known ports, in a line each. */
export async function status(directory: string, variables: Variables = environment): Promise<string> {
  const records = readRecords(directory);
  const known = await stackPorts(variables);
  const others = known.filter(({ port }) => !records.some((record) => record.port === port));
  const lines = others.map(({ title, port, isUp }) =>
    isUp
      ? `${title} answers on port ${port}; it does not run on ${directory}`
      : `${title} does not answer on port ${port}`,
  );
  return [...records.map(describe), ...lines].join('\n');
}

const describe = (record: PartRecord): string =>
  `${record.name} runs on port ${record.port} (process ${record.pid}, started by process ${supervisorOf(record)})`;
