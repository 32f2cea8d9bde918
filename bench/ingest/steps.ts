import { readFile } from 'node:fs/promises';

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** What `node --cpu-prof` writes. */
export interface CpuProfile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** What a function works for, by its file and its name; the first line that fits. */
const STEPS: readonly (readonly [step: string, file: RegExp, name?: RegExp])[] = [
  ['garbage collection', /^$/, /^\(garbage collector\)$/],
  ['signature', /providers\/src\/(platform\/platform\.|schemes\/)/],
  ['duplicates', /event\/(duplicates|seen-ids|ambiguous-ids)\.|\/(ioredis|redis-parser|@ioredis)\//],
  ['duplicates', /event\/identity\./, /^contentOf$/],
  ['JSON', /event\/(json\/|items\.)|api\/batch\./],
  ['mapping', /providers\/src\/mapping|events\/src\/(fields|catalogue)|ingest\/src\/(event|drift)\//],
  ['publish', /packages\/kafka\/|@platformatic\/kafka|\/kafkajs\/|events\/src\/(wire|envelope)|\/avsc\//],
  ['answer', /fastify\/lib\/(reply|wrap-thenable)|ingest\/src\/(answers|api\/results)/],
  ['answer', /^node:_http_outgoing$/],
  ['answer', /^node:_http_server$/, /^(resOnFinish|writeHead|ServerResponse)/],
  ['answer', /ingest\/src\/ingest\.ts$/, /^send$/],
];

/** Code that several steps call; it is this step where none of them called it. */
const SHARED = [
  'request',
  /fastify\/|find-my-way\/|^node:(_http_|internal\/streams|net$|events$)|ingest\/src\/http\//,
] as const;
const REST = 'rest';

/** A profile has samples of these too, when the process waits. */
const IDLE = new Set(['(idle)', '(program)']);
/** Runs for each request; what a process does before the first one is no part of a step. */
const FIRST = 'parserOnIncoming';

/**
 * The share that each step takes of the busy time of a server, since its first request: that of its functions and of
 * all that they call.
 */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const steps = stepsOf(nodes);
  const begins = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === FIRST).map(({ id }) => id));
  const start = samples.findIndex((id) => begins.has(id));
  const times = new Map<string, number>();
  let total = 0;
  for (let index = Math.max(start, 0); index < samples.length; index += 1) {
    const step = steps.get(samples[index] as number);
    if (step === undefined) continue;
    const time = timeDeltas[index] ?? 0;
    total += time;
    times.set(step, (times.get(step) ?? 0) + time);
  }
  return new Map([...times].map(([step, time]) => [step, time / total] as const).toSorted((a, b) => b[1] - a[1]));
}

/** The step of each node; none while the process is idle. */
function stepsOf(nodes: readonly Node[]): Map<number, string> {
  const steps = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const open: [node: Node, inherited: string][] = nodes.slice(0, 1).map((root) => [root, REST]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [{ id, callFrame, children = [] }, inherited] = next;
    const { functionName, url } = callFrame;
    const own = STEPS.find(([, file, name]) => file.test(url) && (name === undefined || name.test(functionName)));
    const step = own?.[0] ?? (inherited === REST && SHARED[1].test(url) ? SHARED[0] : inherited);
    if (!IDLE.has(functionName)) steps.set(id, step);
    for (const child of children) open.push([byId.get(child) as Node, step]);
  }
  return steps;
}

/** The shares of the profile in a file, as a line. */
export async function describeShares(path: string): Promise<string> {
  const shares = sharesOf(JSON.parse(await readFile(path, 'utf8')) as CpuProfile);
  return [...shares].map(([step, share]) => `${step} ${(share * 100).toFixed(1)} %`).join(', ');
}
