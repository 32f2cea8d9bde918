import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EventType } from '@switchboard/events';
import {
  portsIn,
  withContainer,
  withDestination,
  withPortRow,
  withScrape,
  withService,
  withServiceRow,
} from './listings.ts';
import { type Names, nameMistake, namesOf, typeMistake, variableMistake } from './names.ts';

/** What was asked for cannot be made; the message says why. */
export class NewServiceError extends Error {
  override readonly name = 'NewServiceError';
}

export interface NewService {
  readonly names: Names;
  /** From the repository's root. */
  readonly files: readonly string[];
}

const templates = join(import.meta.dirname, 'templates');
const FIRST_PORT = 8081;

/**
 * Writes services/<name>, and names it wherever services are listed.
 * @throws NewServiceError before anything is written
 */
export function createService(root: string, name: string, type: string): NewService {
  const mistakes = [
    nameMistake(name, takenNames(root)) ?? variableMistake(name, takenVariables(root)),
    typeMistake(type),
  ].filter((mistake) => mistake !== undefined);
  if (mistakes.length > 0) throw new NewServiceError(mistakes.join('\n'));

  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const readme = read('README.md');
  const deploying = read('docs/deploying.md');
  const list = read('deploy/services.ts');
  const names = namesOf(name, type as EventType, freePort(deploying, list));
  const changed = new Map([
    ['README.md', withServiceRow(readme, names)],
    ['docs/deploying.md', withPortRow(deploying, readme, names)],
    ['deploy/services.ts', withService(list, names)],
    ['local/start/outside-systems.ts', withDestination(read('local/start/outside-systems.ts'), names)],
    ['docker-compose.yml', withContainer(read('docker-compose.yml'), names)],
    ['deploy/prometheus/prometheus.yml', withScrape(read('deploy/prometheus/prometheus.yml'), names)],
  ]);
  const made = globSync('**/*.template', { cwd: templates }).map((path): [string, string] => [
    join('services', name, fill(path.replace(/\.template$/, ''), names)),
    fill(readFileSync(join(templates, path), 'utf8'), names),
  ]);

  for (const [path, text] of [...made, ...changed]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const files = [...made.map(([path]) => path).sort(), ...changed.keys()];
  const formatted = files.filter((file) => !file.endsWith('.yml'));
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', ...formatted], {
    cwd: root,
    stdio: 'pipe',
  });
  return { names, files };
}

const fill = (template: string, names: Names): string =>
  template.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => names[key as keyof Names]);

/** Names of packages, and of parts of the local stack, whose ports have variables too. */
function takenNames(root: string): Set<string> {
  const manifests = globSync('{packages,services}/*/package.json', { cwd: root });
  const others = [
    'bench',
    'catalogue',
    'cli',
    'deploy',
    'local',
    'register',
    'sandbox',
    'stack',
    'start',
    'switchboard',
    'tests',
  ];
  const parts = ['grafana', 'kafka', 'kafka-ui', 'postgres', 'prometheus', 'redis', 'registry'];
  return new Set([...manifests.map((path) => path.split('/')[1] ?? ''), ...others, ...parts].sort());
}

/** What looks like a variable that decides about a port or an address. */
function takenVariables(root: string): Set<string> {
  const places = ['docker-compose.yml', '{deploy,local/stack,services/*/src}/{config,services}.ts'];
  const texts = globSync(places, { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
  return new Set(texts.join('\n').match(/\b[A-Z][A-Z0-9_]*_(?:PORT|URL)\b/g));
}

function freePort(deploying: string, services: string): number {
  const used = new Set([
    ...portsIn(deploying),
    ...[...services.matchAll(/port: (\d+)/g)].map(([, port]) => Number(port)),
  ]);
  let port = FIRST_PORT;
  while (used.has(port)) port += 1;
  return port;
}
