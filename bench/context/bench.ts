import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { createApiKey, digestOf } from '@switchboard/callers';
import { startPostgres } from '@switchboard/stack/postgres';
import type { Bench, Comparison } from '../comparison.ts';
import { type Latencies, sendOnSchedule } from '../ingest/load/schedule.ts';
import { startWorker } from '../worker.ts';
import type { Job, Result } from './server.ts';
import { SUBJECTS, TENANT, userOf } from './subjects.ts';

const WRITES = 300;
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 2;
const TARGETS = [
  { name: 'Postgres', rate: 1_000, atMost: 10 },
  { name: 'embedded', rate: 200, atMost: 25 },
] as const;

/** Reads of the Context API at a fixed rate beside 300 changes a second, against an empty route of the same server. */
export const contextApi: Bench = async ({ rounds, seconds, directory, resources, progress }) => {
  await mkdir(directory, { recursive: true });
  const key = createApiKey(TENANT);
  const callersFile = join(directory, 'callers.yaml');
  const apiKey = `{ name: main, sha256: ${digestOf(key)} }`;
  await writeFile(
    callersFile,
    `callers:\n  - { name: bench, tenant: ${TENANT}, scopes: [context:read], apiKeys: [${apiKey}] }\n`,
  );
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  resources.defer(() => agent.destroy());
  const results: Comparison[] = [];
  for (const { name, rate, atMost } of TARGETS) {
    progress(`Storing ${SUBJECTS} users, ${name}`);
    const place =
      name === 'Postgres'
        ? { url: resources.use(await startPostgres({ progress })).url }
        : { folder: join(directory, 'database') };
    const server = resources.use(startWorker<Job, Result>(join(import.meta.dirname, 'server.ts')));
    const { port } = (await server.do({ kind: 'start', ...place, callersFile })) as { port: number };
    const headers = { authorization: `Bearer ${key}` };
    const read = async (path: () => string) => {
      const writing = server.do({ kind: 'write', rate: WRITES, seconds: seconds + WARM_UP_SECONDS });
      const latencies = await sendOnSchedule({ rate, warmUpSeconds: WARM_UP_SECONDS, seconds }, () =>
        request({ agent, port, path: path(), headers }),
      );
      return { latencies, writing: (await writing) as Latencies };
    };
    const rows = { p50: [] as number[], p99: [] as number[], writes: [] as number[], floor: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      progress(`Round ${round + 1}: ${rate} reads a second, ${name}`);
      rows.floor.push((await read(() => '/nothing')).latencies.p99);
      const path = () => `/v1/context/users/${userOf(Math.floor(Math.random() * SUBJECTS))}`;
      const { latencies, writing } = await read(path);
      rows.p50.push(latencies.p50);
      rows.p99.push(latencies.p99);
      rows.writes.push(writing.p99);
    }
    const at = `${rate.toLocaleString('en-US')} reads/s, ${name}`;
    results.push({ what: `p50 of a read at ${at}`, ours: rows.p50, unit: 'ms' });
    results.push({ what: `p99 of a read at ${at}`, ours: rows.p99, unit: 'ms', atMost });
    results.push({ what: `p99 of an empty route at ${at}`, ours: rows.floor, unit: 'ms' });
    results.push({ what: `p99 of a change beside ${at}`, ours: rows.writes, unit: 'ms' });
  }
  return results;
};

const request = (options: { agent: Agent; port: number; path: string; headers: Record<string, string> }) =>
  new Promise<void>((resolve, reject) => {
    get({ host: '127.0.0.1', ...options }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`The server answered ${response.statusCode}`)),
      );
    }).once('error', reject);
  });
