import { describeOptions } from './arguments.ts';
import type { Command } from './command.ts';

type Commands = Readonly<Record<string, Command>>;

const FOOT = `Filters of dlq: --code --type --source --key --conversation --since --until. Times: 15m, 2h, 7d ago, or ISO 8601.
--json prints one JSON document. --reveal shows payloads and addresses of people. More: docs/operating.md.
Exit codes: 0 done, 1 failed or not all of it, 2 wrong usage. <command> --help explains its options.`;

const listOf = (commands: readonly Command[]): string =>
  commands.map(({ usage, summary }) => `  ${usage}\n      ${summary}`).join('\n');

export const overview = (commands: Commands): string =>
  `npm run ops -- <command>: what is stuck, why, and how it gets going again.\n\n${listOf(Object.values(commands))}\n\n${FOOT}`;

/** Undefined where no command begins with these words. */
export function helpFor(words: readonly string[], commands: Commands): string | undefined {
  const [first = '', second = ''] = words;
  const command = [first, `${first} ${second}`].find((name) => Object.hasOwn(commands, name));
  if (command !== undefined) {
    const { usage, summary, options } = commands[command] as Command;
    return `npm run ops -- ${usage}\n\n  ${summary}\n\n${describeOptions(options)}`;
  }
  const group = Object.entries(commands).flatMap(([name, entry]) => (name.startsWith(`${first} `) ? [entry] : []));
  return group.length === 0 || second !== '' ? undefined : `npm run ops -- ${first} <command>\n\n${listOf(group)}`;
}
