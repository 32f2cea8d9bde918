import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext, Comparison } from '../comparison.ts';
import { growthOfSecondHalf } from '../statistics.ts';
import type { Rig } from './rig.ts';
import { readServerMetrics } from './server-metrics.ts';
import { clients } from './servers.ts';

const MOST_MB = 250;
/** Garbage collection moves the size by more than this; a leak of 10 bytes per event would exceed it in a minute. */
const MOST_GROWTH_MB = 10;

/** The resident memory of ingest under full load, and its growth in the second half. */
export async function memory(rig: Rig, { minutes, progress }: BenchContext): Promise<Comparison[]> {
  const [server] = clients;
  const seconds = Math.round(minutes * 60);
  const sizes: number[] = [];
  let over = false;

  async function sample(): Promise<void> {
    for (let second = 1; !over; second += 1) {
      const { residentBytes } = await readServerMetrics(rig.servers[server]);
      sizes.push(residentBytes / 1_000_000);
      if (second % 30 === 0) progress(`memory after ${second} of ${seconds} s: ${sizes.at(-1)?.toFixed(0)} MB`);
      await sleep(1_000);
    }
  }

  const load = rig.closedLoop(server, { connections: 256, warmUpSeconds: 0, seconds }).finally(() => {
    over = true;
  });
  await Promise.all([load, sample()]);
  const growth = growthOfSecondHalf(sizes);
  const during = `${minutes} min of full load, ${server}`;
  const most = {
    what: 'Resident memory at most',
    ours: [Math.max(...sizes)],
    unit: 'MB',
    note: during,
    atMost: MOST_MB,
  };
  if (growth === undefined) return [most];
  const note = `${during}, second half`;
  return [most, { what: 'Growth', ours: [growth.slope * growth.count], unit: 'MB', note, atMost: MOST_GROWTH_MB }];
}
