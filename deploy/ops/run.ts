import { adopt } from './adopt.ts';
import { type Arguments, readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type Output, openContext, sentenceOf, type Variables } from './context.ts';
import { dlqList } from './dlq-list.ts';
import { dlqPurge } from './dlq-purge.ts';
import { dlqRedrive } from './dlq-redrive.ts';
import { dlqShow } from './dlq-show.ts';
import { lag } from './lag.ts';
import { conversation, event } from './lookup.ts';
import { UsageError } from './ops-error.ts';
import { createPrivacy } from './privacy.ts';
import { quarantineList, quarantineShow } from './quarantine.ts';
import { quarantineResubmit } from './resubmit.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  lag,
  event,
  conversation,
  'dlq list': dlqList,
  'dlq show': dlqShow,
  'dlq redrive': dlqRedrive,
  'dlq purge': dlqPurge,
  'quarantine list': quarantineList,
  'quarantine show': quarantineShow,
  'quarantine resubmit': quarantineResubmit,
  adopt,
};

const USAGE = `npm run ops -- <command>: what is stuck, why, and how it gets going again.

${Object.values(COMMANDS)
  .map(({ usage }) => `  ${usage}`)
  .join('\n')}

Filters of dlq: --code --type --source --key --conversation --since --until. Times: 15m, 2h, 7d ago, or ISO 8601.
--json prints one JSON document. --reveal shows payloads and addresses of people. docs/operating.md tells more.
Exit codes: 0 done, 1 failed or not all of it, 2 asked in the wrong way.`;

/** Runs one command. @returns its exit code */
export async function runOps(
  argv: readonly string[],
  { variables, signal, out, err }: { variables: Variables; signal: AbortSignal } & Output,
): Promise<number> {
  let close = async (): Promise<void> => {};
  try {
    const given = readArguments(argv);
    if (given.is('help') || given.words.length === 0) {
      out(USAGE);
      return given.is('help') ? 0 : 2;
    }
    // What stands before the `--` is npm's.
    if (variables.npm_config_dry_run === 'true' && !given.is('dry-run')) {
      throw new UsageError('npm has taken --dry-run for its own: write `npm run ops -- …`.');
    }
    const command = findCommand(given);
    const privacy = createPrivacy(given.is('reveal'));
    const [context, end] = openContext({ variables, privacy, json: given.is('json'), signal, out, err });
    close = end;
    return await command.run(given, context);
  } catch (error) {
    const sentence = sentenceOf(error, variables);
    if (error instanceof UsageError) err(`${error.message} \`npm run ops -- --help\` shows what there is.`);
    else if (sentence !== undefined) err(sentence);
    // The stack alone: a cause may quote an event.
    else err(error instanceof Error ? (error.stack ?? error.message) : 'Something that is no error was thrown.');
    return error instanceof UsageError ? 2 : 1;
  } finally {
    await close();
  }
}

function findCommand(given: Arguments): Command {
  const [first = '', second = ''] = given.words;
  const name = [first, `${first} ${second}`].find((candidate) => Object.hasOwn(COMMANDS, candidate));
  const command = name === undefined ? undefined : COMMANDS[name];
  if (name === undefined || command === undefined)
    throw new UsageError(`There is no command ${[first, second].join(' ').trim()}.`);
  const more = given.words.length - name.split(' ').length;
  if (more > command.words || (command.words === 1 && more === 0)) throw new UsageError(`It is: ${command.usage}.`);
  given.allow(command.options);
  return command;
}
