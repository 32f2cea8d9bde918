import { UsageError } from '@switchboard/service/command-line';
import { type Arguments, readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { connections } from './connections.ts';
import { type Output, openContext, sentenceOf, type Variables } from './context.ts';
import { dlqList } from './dlq-list.ts';
import { dlqPurge } from './dlq-purge.ts';
import { dlqRedrive } from './dlq-redrive.ts';
import { dlqShow } from './dlq-show.ts';
import { drift } from './drift.ts';
import { flowsCancel, flowsList } from './flows.ts';
import { helpFor, overview } from './help.ts';
import { lag } from './lag.ts';
import { conversation, event } from './lookup.ts';
import { messagesList, messagesRetry, messagesShow } from './messages.ts';
import { peopleConflicts } from './people.ts';
import { asText } from './printable.ts';
import { createPrivacy } from './privacy.ts';
import { quarantineList, quarantineShow, skippedList } from './quarantine.ts';
import { replay } from './replay.ts';
import { quarantineResubmit, skippedResubmit } from './resubmit.ts';
import { status } from './status.ts';
import { undelivered } from './undelivered.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  status,
  lag,
  connections,
  drift,
  event,
  conversation,
  undelivered,
  replay,
  'dlq list': dlqList,
  'dlq show': dlqShow,
  'dlq redrive': dlqRedrive,
  'dlq purge': dlqPurge,
  'quarantine list': quarantineList,
  'quarantine show': quarantineShow,
  'quarantine resubmit': quarantineResubmit,
  'skipped list': skippedList,
  'skipped resubmit': skippedResubmit,
  'messages list': messagesList,
  'messages show': messagesShow,
  'messages retry': messagesRetry,
  'people conflicts': peopleConflicts,
  'flows list': flowsList,
  'flows cancel': flowsCancel,
};

/** Runs one command. @returns its exit code */
export async function runOps(
  argv: readonly string[],
  { variables, signal, out, err, columns }: { variables: Variables; signal: AbortSignal } & Output,
): Promise<number> {
  let close = async (): Promise<void> => {};
  try {
    const given = readArguments(argv);
    const isHelp = given.is('help') || given.words[0] === 'help';
    const words = given.words.filter((word, index) => index > 0 || word !== 'help');
    if (words.length === 0) {
      out(overview(COMMANDS));
      return isHelp ? 0 : 2;
    }
    const help = isHelp ? helpFor(words, COMMANDS) : undefined;
    if (help !== undefined) {
      out(help);
      return 0;
    }
    // npm takes the options before the `--`.
    if (variables.npm_config_dry_run === 'true' && !given.is('dry-run')) {
      throw new UsageError('npm took --dry-run as its own option: write `npm run ops -- …`.');
    }
    const command = findCommand(given);
    const privacy = createPrivacy(given.is('reveal'));
    const [context, end] = openContext({ variables, privacy, json: given.is('json'), signal, out, err, columns });
    close = end;
    return await command.run(given, context);
  } catch (error) {
    const sentence = sentenceOf(error, variables);
    if (error instanceof UsageError) err(asText(`${error.message} \`npm run ops -- --help\` shows what there is.`));
    else if (sentence !== undefined) err(asText(sentence));
    // A bug. The stack alone: a cause may quote an event.
    else
      err(error instanceof Error ? asText(error.stack ?? error.message) : 'A value that is not an error was thrown.');
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
