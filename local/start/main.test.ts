import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { repeating } from '@switchboard/cli/fixtures/repeating';
import { createSampleEvent, type SampleEvent } from '@switchboard/cli/sample-event';
import { type Answer, sendEvents } from '@switchboard/cli/send-events';
import { ownVariables, processOf } from '@switchboard/deploy/fixtures/own-variables';
import { isAlive, type Program, runProgram } from '@switchboard/deploy/fixtures/program';
import { publicEventTypes } from '@switchboard/events';
import { freePort, type Stack } from '@switchboard/stack';
import { startTestKafka } from '@switchboard/stack/test-kafka';
import { until } from '@switchboard/stack/until';

const script = (name: string): string => join(import.meta.dirname, '../..', name);
const execute = promisify(execFile);

const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'switchboard-start-'));

/** The services read all that is in Kafka: not what other tests have put there. */
let stack: Stack;
before(async () => {
  stack = await startTestKafka({ directory: await temporaryFolder() });
});
after(() => stack.stop());

const freshVariables = async () => ownVariables(stack, await temporaryFolder());
const ingestOf = ({ output }: Program): number => processOf(output, 'ingest');

describe('npm start', () => {
  let variables: Awaited<ReturnType<typeof freshVariables>>;
  let switchboard: Program;

  before(async () => {
    variables = await freshVariables();
    switchboard = runProgram(script('local/start/main.ts'), [], variables);
    await switchboard.says('Switchboard is ready');
    await switchboard.says('Ctrl-C stops everything.');
  });
  after(() => switchboard.child.kill('SIGKILL'));

  it('prints a command that sends a signed event', async () => {
    const command = /or, by hand:\n(.*)Look at:/s.exec(switchboard.output)?.[1] ?? '';
    const { stdout } = await execute('bash', ['-c', command]);
    assert.match(stdout, /^HTTP\/1\.1 200 OK/);
    assert.match(stdout, /\{"received":true,"conversationId":"conv-.*"\}/);
  });

  it('takes a sample of every event type', async () => {
    const samples = publicEventTypes.map((type) => createSampleEvent(type));
    const answers: Answer[] = [];
    const url = `http://127.0.0.1:${variables.INGEST_PORT}`;
    await sendEvents({
      url,
      secret: 'local-secret',
      count: samples.length,
      rate: undefined,
      deliver: repeating(url),
      next: () => samples.shift() as SampleEvent,
      onAnswer: (answer) => answers.push(answer),
    });
    assert.equal(answers.length, publicEventTypes.length);
    for (const { status, text } of answers) assert.match(`${status} ${text}`, /^200 \{"received":true/);
  });

  it('starts a service that dies again, and says how it died', async () => {
    const first = ingestOf(switchboard);
    process.kill(first, 'SIGKILL');
    await switchboard.says('ingest has died (SIGKILL); it is started again in 0.5 s');
    await switchboard.says('ingest is ready again');
    assert.notEqual(ingestOf(switchboard), first);
    const sending = runProgram(script('cli/send/main.ts'), ['conversation.escalated'], variables);
    assert.equal(await sending.exit, 0, sending.output);
  });

  it('says in one sentence that a port is taken, and leaves what runs alone', async () => {
    const second = runProgram(script('local/start/main.ts'), [], variables);
    assert.equal(await second.exit, 1);
    assert.match(second.output, /^Port \d+, which ingest needs, is taken: .*INGEST_PORT to a free port\.\n$/);
    assert.ok(isAlive(ingestOf(switchboard)));
  });

  it('stops all of it on one signal, and exits with 0', async () => {
    const ingest = ingestOf(switchboard);
    switchboard.child.kill('SIGINT');
    assert.equal(await switchboard.exit, 0, switchboard.output);
    await switchboard.says('Stopped');
    assert.ok(!isAlive(ingest));
  });
});

it('stops when it is stopped before it was ready', async () => {
  const switchboard = runProgram(script('local/start/main.ts'), [], await freshVariables());
  await switchboard.says('Starting');
  switchboard.child.kill('SIGINT');
  assert.equal(await switchboard.exit, 0, switchboard.output);
  assert.doesNotMatch(switchboard.output, /is ready/);
});

for (const [death, kill] of [
  ['is killed', ({ child }: Program) => child.kill('SIGKILL')],
  ['loses npm', ({ child }: Program) => child.disconnect()],
  ['gets two signals', ({ child }: Program) => child.kill('SIGINT') && child.kill('SIGTERM')],
] as const) {
  it(`leaves no service behind when it ${death}`, async () => {
    const switchboard = runProgram(script('local/start/main.ts'), [], await freshVariables());
    await switchboard.says('Switchboard is ready');
    const ingest = ingestOf(switchboard);
    kill(switchboard);
    await switchboard.exit;
    await until('ingest is gone', () => !isAlive(ingest));
  });
}

it('says what is wrong when the registry does not answer', async () => {
  const variables = { ...(await freshVariables()), SCHEMA_REGISTRY_URL: `http://127.0.0.1:${await freePort()}` };
  const switchboard = runProgram(script('local/start/main.ts'), [], variables);
  assert.equal(await switchboard.exit, 1);
  assert.match(switchboard.output, /registry/);
  assert.doesNotMatch(switchboard.output, /\n {4}at /);
});

it('registering twice changes nothing', async () => {
  for (const _ of [1, 2]) {
    const registering = runProgram(script('deploy/register.ts'), [], await freshVariables());
    assert.equal(await registering.exit, 0, registering.output);
    assert.match(registering.output, /topics exist: chat\.conversations, .*ingest\.quarantine/);
  }
});
