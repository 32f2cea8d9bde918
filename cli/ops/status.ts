import { withinLimit } from '@switchboard/async';
import { ingest, portVariable } from '@switchboard/deploy/services';
import { brokerCount } from '@switchboard/kafka';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type Context, sentenceOf } from './context.ts';
import { OpsError } from './ops-error.ts';
import { lagsOf } from './service-lag.ts';
import { consumerServices } from './services.ts';
import { counted, list } from './table.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { watching } from './watching.ts';

/** Less than anybody wants to wait for a status. */
const LIMIT_MS = 4_000;

/** The stack and all services, a line each. */
export const status: Command = {
  usage: 'status [--url] [--watch]',
  summary: 'the stack and all services, a line each; --url says where ingest listens',
  options: ['url', 'watch'],
  words: 0,
  run: watching(report),
};

interface Line {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}

async function report(given: Arguments, context: Context): Promise<number> {
  const { connection, redis, codec, variables, privacy } = context;
  const url = given.text('url') ?? `http://127.0.0.1:${variables[portVariable(ingest)] || ingest.port}`;

  async function line(name: string, ask: () => Promise<string>): Promise<Line> {
    try {
      return { name, ok: true, text: await withinLimit(LIMIT_MS, ask, tooLate) };
    } catch (error) {
      const sentence = sentenceOf(error, variables);
      if (sentence === undefined) throw error;
      return { name, ok: false, text: `DOWN: ${privacy.sentence(sentence)}` };
    }
  }

  const stack = await Promise.all([
    line('kafka', async () => `ok · ${counted(await brokerCount(connection), 'broker')}`),
    line('registry', async () => {
      await codec();
      return 'ok';
    }),
    line('redis', async () => {
      await (await redis()).redis.ping();
      return 'ok';
    }),
    line(ingest.name, () => askIngest(url)),
  ]);
  const services = stack[0]?.ok ? await serviceLines(context) : [];
  const lines = [...stack, ...services];
  const ok = lines.every((one) => one.ok);
  context.report(list(lines.map(({ name, text }) => [name, text])), { ok, parts: lines });
  return 0;
}

async function serviceLines(context: Context): Promise<(Line & Verdict)[]> {
  const lags = await lagsOf(consumerServices, { ...context, note() {} });
  return lags.map((lag) => {
    const verdict = verdictOf(lag);
    return { name: lag.service, ok: verdict.state === 'ok', ...verdict };
  });
}

const tooLate = (): never => {
  throw new OpsError(`no answer within ${LIMIT_MS / 1_000} s.`);
};

async function askIngest(url: string): Promise<string> {
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(LIMIT_MS / 2) });
    if (response.ok) return 'ok';
    throw new OpsError(`it answers ${response.status} to /readyz at ${url}; its /health says why.`);
  } catch (error) {
    if (error instanceof OpsError) throw error;
    throw new OpsError(`no answer at ${url}; --url says where it listens.`, { cause: error });
  }
}
