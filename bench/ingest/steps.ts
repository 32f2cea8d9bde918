import { readFile } from 'node:fs/promises';

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

interface Node {
  readonly id: number;
  readonly callFrame: Frame;
  readonly children?: readonly number[];
}

/** What `node --cpu-prof` writes. */
export interface CpuProfile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** What a function works for, by its file and its name; the first that fits. */
export const STEPS: readonly (readonly [step: string, file: RegExp, name?: RegExp])[] = [
  ['garbage collection', /^$/, /^\(garbage collector\)$/],
  ['signature', /providers\/src\/(platform\/platform|schemes\/)/],
  [
    'duplicates',
    /event\/(duplicates|seen-ids|ambiguous-ids)\.ts|event\/identity\.ts|\/(ioredis|redis-parser)\//,
    /^(?!deriveId)/,
  ],
  ['JSON', /event\/(json\/|items\.ts)|api\/batch\.ts/],
  ['mapping', /providers\/src\/mapping|events\/src\/(fields|catalogue)|event\/|src\/drift/],
  ['publish', /packages\/kafka|platformatic\/kafka|node_modules\/kafkajs|events\/src\/(wire|envelope)|avsc/],
  [
    'answer',
    /fastify\/lib\/(reply|wrap-thenable)|ingest\/src\/(answers|api\/results)|node:_http_(outgoing|server)$/,
    /^(?!parser|connectionListener|onParser|socketOn)/,
  ],
  ['answer', /ingest\/src\/ingest\.ts/, /^send$/],
];

/** Functions that only wait for the next event are no work. */
const IDLE = new Set(['(idle)', '(program)']);

/** The share of the busy time of a process that each step takes: that of its functions and of all that they call. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const stepOf = new Map<number, string | undefined>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [root] = nodes;
  const open: [node: Node, inherited: string][] = root === undefined ? [] : [[root, 'rest']];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [{ id, callFrame, children = [] }, inherited] = next;
    const { functionName, url } = callFrame;
    const own = STEPS.find(([, file, name]) => file.test(url) && (name === undefined || name.test(functionName)));
    const step = own?.[0] ?? inherited;
    stepOf.set(id, IDLE.has(functionName) ? undefined : step);
    for (const child of children) open.push([byId.get(child) as Node, step]);
  }
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const step = stepOf.get(id);
    if (step === undefined) continue;
    const time = timeDeltas[index] ?? 0;
    total += time;
    times.set(step, (times.get(step) ?? 0) + time);
  }
  return new Map([...times].map(([step, time]) => [step, time / total] as const).toSorted((a, b) => b[1] - a[1]));
}

/** The shares of the profile in a file, as a line. */
export async function describeShares(path: string): Promise<string> {
  const shares = sharesOf(JSON.parse(await readFile(path, 'utf8')) as CpuProfile);
  return [...shares].map(([step, share]) => `${step} ${(share * 100).toFixed(1)} %`).join(', ');
}
