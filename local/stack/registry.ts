import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PartProcess } from './process.ts';

export interface RegistrySettings {
  java: string;
  /** The unpacked Apicurio Registry. */
  software: string;
  version: string;
  directory: string;
  port: number;
}

/** The base URL of the Confluent API, the only API that is used. */
export const registryUrlOf = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;

/** Apicurio Registry on an embedded H2 database, whose data survives a kill. */
export function prepareRegistry({ java, software, version, directory, port }: RegistrySettings): PartProcess {
  const home = join(directory, 'registry');
  // Two registries must not share a temporary folder, since each unpacks its web console into it.
  const temporary = join(home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const settings = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.http.access-log.enabled': false,
    'apicurio.storage.kind': 'sql',
    'apicurio.storage.sql.kind': 'h2',
    'apicurio.datasource.url': `jdbc:h2:file:${join(home, 'schemas')};WRITE_DELAY=0`,
    'apicurio.datasource.jdbc.initial-size': 1,
    'apicurio.datasource.jdbc.min-size': 1,
    'apicurio.datasource.jdbc.max-size': 10,
    'apicurio.storage.snapshot.location': temporary,
    'apicurio.import.work-dir': temporary,
    'java.io.tmpdir': temporary,
  };
  return {
    name: 'The schema registry',
    file: 'registry',
    port,
    directory: home,
    command: java,
    args: [
      ...['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
      ...['-jar', join(software, `apicurio-registry-app-${version}-runner.jar`)],
    ],
    answers: () => registryAnswers(registryUrlOf(port)),
  };
}

/** True if a schema registry answers at this URL. */
export async function registryAnswers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) });
    return response.ok && Array.isArray(await response.json());
  } catch {
    return false;
  }
}
