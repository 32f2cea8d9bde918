import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Linux counts CPU time in hundredths of a second, on every platform that Node supports. */
const MS_PER_TICK = 10;
const MOST_LINES = 15;

interface Usage {
  file: string;
  wallMs: number;
  /** Includes the child processes that have ended. */
  cpuMs: number;
}

/** Writes the usage of this process, a test file's, into `folder` when it exits. */
export function recordUsage(folder: string): void {
  const file = process.argv[1] ?? '';
  // A process that a test forks inherits the preload, and is no test file.
  if (!file.endsWith('.test.ts')) return;
  process.once('exit', () => {
    const usage: Usage = { file, wallMs: performance.now(), cpuMs: cpuTimeMs() };
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(usage));
  });
}

/** Only Linux tells the time of the children. */
function cpuTimeMs(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [user, system, childUser, childSystem] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    return MS_PER_TICK * (Number(user) + Number(system) + Number(childUser) + Number(childSystem));
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}

/** The total, and the test files that took the most CPU time or the longest. */
export function describeUsage(folder: string): string {
  const all = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Usage);
  const first = (by: 'cpuMs' | 'wallMs'): Usage[] => all.toSorted((one, other) => other[by] - one[by]);
  const shown = new Set([...first('cpuMs').slice(0, MOST_LINES), ...first('wallMs').slice(0, MOST_LINES)]);
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1).padStart(8);
  const total = all.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return [
    `${all.length} test files took ${seconds(total).trim()} s of CPU time. The largest:`,
    '   CPU s  wall s  file',
    ...first('cpuMs')
      .filter((usage) => shown.has(usage))
      .map(({ file, wallMs, cpuMs }) => `${seconds(cpuMs)}${seconds(wallMs)}  ${relative(root, file)}`),
  ].join('\n');
}
