import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '@switchboard/service';

/** Prometheus as it is installed: in the folder PROMETHEUS_PATH, else on PATH. */
export function findProgram(name: 'prometheus' | 'promtool'): string {
  const folders = (environment.PROMETHEUS_PATH ?? environment.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(`${name} is missing: install Prometheus (Debian: prometheus), or set PROMETHEUS_PATH to its folder.`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
