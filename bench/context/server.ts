import { openCallers } from '@switchboard/callers';
import { openDatabase } from '@switchboard/database';
import { createContextStore, registerContextApi } from '@switchboard/flows';
import { answerProblems, createLogger, serverOptions } from '@switchboard/service';
import Fastify from 'fastify';
import { Registry } from 'prom-client';
import { type Latencies, sendOnSchedule } from '../ingest/load/schedule.ts';
import { doJobs } from '../worker.ts';
import { SUBJECTS, TENANT, userOf, VARIABLES } from './subjects.ts';

/** Starts the server, or changes variables at a rate, as events do, while it answers. */
export type Job =
  | { kind: 'start'; url?: string; folder?: string; callersFile: string }
  | { kind: 'write'; rate: number; seconds: number };

export type Result = { port: number } | Latencies;

let set: Awaited<ReturnType<typeof createContextStore>>['set'];
let changes = 0;

const changeOf = (subject: number, variable: number) => ({
  tenant: TENANT,
  scope: 'user' as const,
  id: userOf(subject),
  name: `variable_${variable}`,
  value: { status: 'confirmed', number: changes },
  eventTime: Date.now() - 60_000 + changes,
  eventId: `e-${++changes}`,
});

doJobs<Job, Result>(async (job) => {
  if (job.kind === 'write') {
    return sendOnSchedule({ rate: job.rate, warmUpSeconds: 0, seconds: job.seconds }, () =>
      set([changeOf(Math.floor(Math.random() * SUBJECTS), Math.floor(Math.random() * VARIABLES))]),
    );
  }
  const logger = createLogger('bench', 'warn');
  const { url, folder, callersFile } = job;
  const store = await createContextStore(await openDatabase({ url, folder, name: 'bench' }));
  set = store.set;
  for (let subject = 0; subject < SUBJECTS; subject += 20) {
    await set(
      Array.from({ length: 20 * VARIABLES }, (_, n) => changeOf(subject + Math.floor(n / VARIABLES), n % VARIABLES)),
    );
  }
  const metrics = new Registry();
  const callers = await openCallers({ file: callersFile, environment: {}, logger, metrics });
  const http = Fastify(serverOptions);
  answerProblems(http);
  http.get('/nothing', async () => ({}));
  await registerContextApi(http, { store, callers, metrics });
  return { port: Number(new URL(await http.listen({ host: '127.0.0.1', port: 0 })).port) };
});
