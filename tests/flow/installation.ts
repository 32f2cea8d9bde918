import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repeating } from '@switchboard/cli/fixtures/repeating';
import type { Webhook } from '@switchboard/cli/sample-event';
import { type Answer, sendEvents } from '@switchboard/cli/send-events';
import { ownVariables, processOf } from '@switchboard/deploy/fixtures/own-variables';
import { type Program, runProgram } from '@switchboard/deploy/fixtures/program';
import { portVariable } from '@switchboard/deploy/services';
import type { Effect, SystemName } from '@switchboard/sandbox';
import { environment } from '@switchboard/service';
import { type Stack, startStack } from '@switchboard/stack';
import { startTestKafka } from '@switchboard/stack/test-kafka';

/** Everything that `npm start` runs, on a separate stack. */
export interface Installation extends AsyncDisposable {
  readonly stack: Stack;
  /** The environment of a user who runs commands against it. */
  readonly variables: Readonly<Record<string, string>>;
  urlOf(name: string): string;
  /** The process of a service, from its latest log line. */
  processOf(name: string): number;
  /** Waits for a line of output after the last one waited for. */
  says(what: string): Promise<void>;
  /**
   * Signs and sends as fast as responses arrive; with `inTurn`, in the given order. A 503 is sent again, as platforms
   * do: Kafka may take longer than ingest waits on a busy machine.
   */
  send(events: readonly Webhook[], inTurn?: boolean): Promise<Answer[]>;
  /** The requests that changed something in a system, oldest first. */
  effects(system: SystemName): Promise<Effect[]>;
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  /** Clears all faults. */
  heal(): Promise<void>;
}

export async function startInstallation(settings: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-flow-'));
  const place = join(directory, 'stack');
  // Benchmarks have no run whose registry they could share, and put Kafka under load.
  const inTest = environment.SCHEMA_REGISTRY_URL !== undefined;
  const stack = await (inTest ? startTestKafka({ directory: place }) : startStack({ directory: place, ports: 'free' }));
  const variables = { ...(await ownVariables(stack, directory)), ...settings };
  const program: Program = runProgram(new URL('../../local/start/main.ts', import.meta.url).pathname, [], variables);
  async function stop(): Promise<void> {
    program.child.kill('SIGTERM');
    await program.exit;
    await stack.stop();
  }
  try {
    await program.says('Switchboard is ready');
  } catch (error) {
    await stop();
    throw error;
  }
  const urlOf = (name: string): string => `http://127.0.0.1:${variables[portVariable({ name })]}`;
  return {
    stack,
    variables,
    urlOf,
    processOf: (name) => processOf(program.output, name),
    says: program.says,
    async send(events, inTurn = false) {
      const answers: Answer[] = [];
      const queue = [...events];
      const send = (count: number) =>
        sendEvents({
          url: urlOf('ingest'),
          secret: 'local-secret',
          count,
          rate: undefined,
          deliver: repeating(urlOf('ingest')),
          next: () => queue.shift() as Webhook,
          onAnswer: (answer) => answers.push(answer),
        });
      if (!inTurn) await send(events.length);
      else for (const _ of events) await send(1);
      return answers;
    },
    async effects(system) {
      const response = await fetch(`${urlOf('sandbox')}/effects?system=${system}`);
      return ((await response.json()) as Effect[]).filter(({ kind }) => kind === 'effect');
    },
    async fault(fault) {
      const response = await fetch(`${urlOf('sandbox')}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      });
      if (response.status !== 201) throw new Error(await response.text());
    },
    async heal() {
      await fetch(`${urlOf('sandbox')}/faults`, { method: 'DELETE' });
    },
    [Symbol.asyncDispose]: stop,
  };
}
