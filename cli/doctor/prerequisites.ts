import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import { findJava, findProgram, type Variables } from '@switchboard/stack/programs';

/** Something that this machine must have for one of the commands. */
export interface Prerequisite {
  readonly name: string;
  readonly purpose: string;
  /** How to get it. */
  readonly remedy: string;
  /** @returns where it is, or its version; undefined if it is missing */
  find(variables: Variables): Promise<string | undefined>;
}

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

async function findFirst(names: readonly string[], variables: Variables): Promise<string | undefined> {
  for (const name of names) {
    const found = await findProgram(name, variables);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findPip(variables: Variables): Promise<string | undefined> {
  const python = await findProgram('python3', variables);
  if (python === undefined) return undefined;
  return promisify(execFile)(python, ['-m', 'pip', '--version']).then(
    () => python,
    () => undefined,
  );
}

export const prerequisites: readonly Prerequisite[] = [
  {
    name: 'Node.js',
    purpose: 'runs everything',
    remedy: 'install Node.js 20 or later',
    find: async () => process.versions.node,
  },
  {
    name: 'Java',
    purpose: 'npm start, npm test: Kafka and the schema registry',
    remedy: 'install Java 17 or later, or set JAVA_HOME',
    async find(variables) {
      const found = await findJava(variables);
      return 'java' in found ? found.java : undefined;
    },
  },
  {
    name: 'Maven',
    purpose: 'npm start, npm test: downloads Kafka, the registry and Redis once',
    remedy: 'install Maven 3.6.3 or later',
    find: (variables) => findProgram('mvn', variables),
  },
  {
    name: 'Chromium',
    purpose: 'npm test, npm run screenshot: the sandbox in a browser',
    remedy: 'install chromium, or set CHROMIUM_PATH',
    async find(variables) {
      const { CHROMIUM_PATH: given } = variables;
      if (given) return existsSync(given) ? given : undefined;
      return findFirst(CHROMIUMS, variables);
    },
  },
  {
    name: 'promtool',
    purpose: 'npm test: alerts and dashboards',
    remedy: 'install prometheus, or set PROMETHEUS_PATH to its folder',
    find: ({ PROMETHEUS_PATH, PATH }) =>
      findProgram('promtool', { PATH: [PROMETHEUS_PATH, PATH].filter(Boolean).join(delimiter) }),
  },
  {
    name: 'Python, pip',
    purpose: 'npm test: downloads Postgres once',
    remedy: 'install python3 and python3-pip',
    find: findPip,
  },
];
