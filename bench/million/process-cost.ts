import { readdir, readFile, readlink, stat } from 'node:fs/promises';

/** The kernel's clock ticks a second, which is 100 on every Linux that Node.js runs on. */
const TICKS = 100;

/** The user and system CPU time of a process, in seconds. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** A segment of a partition, but no log of what the broker does. */
const SEGMENT = /\/\d{20}\.log$/;

/** The bytes of all records that a broker keeps, by the files that it has open. */
export async function bytesKeptBy(broker: number): Promise<number> {
  const folder = `/proc/${broker}/fd`;
  const targets = await Promise.all(
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => '')),
  );
  const segments = new Set(targets.filter((path) => SEGMENT.test(path)));
  const sizes = await Promise.all([...segments].map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
