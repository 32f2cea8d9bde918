import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, processIdentity } from './lock.mjs';
import { endProcesses } from './watcher.ts';

/** A running part, as the file beside its data describes it to other processes. */
export interface PartRecord {
  name: string;
  port: number;
  pid: number;
  identity: string;
  /** The process that started it, and stops it. */
  supervisor: string;
}

export function writeRecord(file: string, part: { name: string; port: number; pid: number }): void {
  const record = { ...part, identity: processIdentity(part.pid) ?? '', supervisor: processIdentity(process.pid) ?? '' };
  writeFileSync(file, JSON.stringify(record));
}

/** @returns undefined when that part does not run */
export function readRecord(file: string): PartRecord | undefined {
  if (!existsSync(file)) return undefined;
  const record = parse(readFileSync(file, 'utf8'));
  if (record !== undefined && isRunning(record.identity)) return record;
  rmSync(file, { force: true });
  return undefined;
}

/** The parts that run on the data in this folder. */
export function readRecords(directory: string): PartRecord[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(directory, name)).map((file) => join(directory, name, file)))
    .filter((file) => file.endsWith('.pid'))
    .map(readRecord)
    .filter((record) => record !== undefined);
}

export const supervisorOf = ({ supervisor }: PartRecord): number => Number.parseInt(supervisor, 10);

export const isOrphan = ({ supervisor }: PartRecord): boolean => !isRunning(supervisor);

/** Ends the parts in this folder whose supervisor has exited. */
export async function endOrphans(directory: string): Promise<PartRecord[]> {
  const orphans = readRecords(directory).filter(isOrphan);
  await endProcesses(
    orphans.map(({ pid }) => pid),
    10_000,
  );
  return orphans;
}

function parse(text: string): PartRecord | undefined {
  try {
    return JSON.parse(text) as PartRecord;
  } catch {
    return undefined;
  }
}
