import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readDeployConfig } from '@switchboard/deploy/config';
import { type Program, runProgram } from '@switchboard/deploy/fixtures/program';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { grant, readAddresses } from '@switchboard/deploy/register';
import { sandbox, scriptOf, services } from '@switchboard/deploy/services';
import { ADMIN, freePort, type Secured, type Stack, variablesOf } from '@switchboard/stack';
import { outsideSystems } from '@switchboard/start/outside-systems';

export interface SecuredInstallation {
  readonly secured: Secured;
  /** The sandbox and every service, by name, each service with a user of its own. */
  readonly programs: ReadonlyMap<string, Program>;
  /** The exit code of `register`. */
  readonly registered: number | string;
  urlOf(name: string): string;
  /** The variables with which a program connects as this user. */
  variablesOf(user: string): Record<string, string>;
  /** Starts a service once more, with other variables. */
  run(name: string, variables: Record<string, string>): Program;
  /** What all services have said so far. */
  output(): string;
  /** The last words of each service that ended and was started again. */
  ended(): readonly string[];
  kill(): void;
}

const register = join(import.meta.dirname, '../../deploy/register.ts');
const MOST_RESTARTS = 20;
const inLocal = (file: string): string => join(import.meta.dirname, '../../local', file);

/** Grants the rights as the administrator, registers as `register`, and starts every service as itself. */
export async function installSecured(stack: Stack, directory: string): Promise<SecuredInstallation> {
  const { secured } = stack;
  if (secured === undefined) throw new Error('the stack is not secured');
  const variables = (user: string) => ({
    ...variablesOf(secured, user, stack),
    SCHEMA_REGISTRY_URL: stack.registryUrl,
  });
  await grant(readAddresses(variables(ADMIN)));
  const registration = runProgram(register, [], variables('register'));
  const registered = await registration.exit;
  if (registered !== 0) throw new Error(registration.output);

  const names = [sandbox.name, ...services.map(({ name }) => name)];
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  const urlOf = (name: string): string => `http://127.0.0.1:${ports.get(name)}`;
  const smtpPort = await freePort();
  const data = join(directory, 'data');
  await mkdir(data);
  const local = {
    ...(await localSourceVariables(readDeployConfig({ LOCAL_DIRECTORY: data }))),
    SOURCES_FILE: inLocal('sources.yaml'),
    ACTIONS: inLocal('actions.yaml'),
    CALLERS_FILE: inLocal('callers.yaml'),
  };
  const own = (name: string): Record<string, string> => ({
    ...outsideSystems(name, {
      ...{ sandboxUrl: urlOf(sandbox.name), smtpPort, directory: data },
      ...{ searchUrl: urlOf('kb-indexer'), actionsUrl: urlOf('actions'), contextUrl: urlOf('flows') },
    }),
    ...local,
    PORT: String(ports.get(name)),
    SMTP_PORT: String(smtpPort),
  });
  const run = (name: string, others: Record<string, string>): Program =>
    runProgram(scriptOf({ name }), [], { ...own(name), ...others });
  const programs = new Map<string, Program>([[sandbox.name, run(sandbox.name, {})]]);
  const outputs: (() => string)[] = [];
  const ended: string[] = [];
  let stopped = false;
  /** Restarts it a few times when it fails, as a supervisor does: on a busy machine, Kafka may not answer in time. */
  function supervise(name: string): void {
    const program = run(name, variables(name));
    programs.set(name, program);
    outputs.push(() => program.output);
    void program.exit.then((code) => {
      if (code !== 1 || stopped || ended.length === MOST_RESTARTS) return;
      ended.push(`${name} ended:\n${program.output.slice(-4_000)}`);
      supervise(name);
    });
  }
  for (const { name } of services) supervise(name);
  return {
    ...{ secured, programs, registered, urlOf, variablesOf: variables, run },
    ended: () => [...ended],
    output: () => outputs.map((output) => output()).join(''),
    kill() {
      stopped = true;
      for (const { child } of programs.values()) child.kill('SIGKILL');
    },
  };
}
