import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '@switchboard/service';

/** The names of the files; Debian has its own for Alertmanager. */
const FILES = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  amtool: ['amtool'],
} as const;

/** Prometheus and Alertmanager as they are installed: in the folder PROMETHEUS_PATH, else on PATH. */
export function findProgram(name: keyof typeof FILES): string {
  const folders = [environment.PROMETHEUS_PATH, environment.PATH].flatMap((path) => (path ?? '').split(delimiter));
  const found = folders.flatMap((folder) => FILES[name].map((file) => join(folder, file))).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    `${name} is missing: install Prometheus and Alertmanager (Debian: prometheus, prometheus-alertmanager), or set PROMETHEUS_PATH to their folder.`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
