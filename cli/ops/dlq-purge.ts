import { purge } from '@switchboard/kafka';
import type { Command } from './command.ts';
import { chooseLetters, LETTER_FILTERS, oneService } from './letter-selection.ts';
import { causeTable, letterDocument } from './letter-view.ts';
import { counted } from './table.ts';

/** Gives letters up: they are no longer open, and keys that wait for them go on. */
export const dlqPurge: Command = {
  usage: 'dlq purge --service <name> <letter>… | filters | --all [--dry-run] --yes',
  summary: 'give dead letters up: their events will have no effect',
  options: [...LETTER_FILTERS, 'all', 'dry-run', 'yes'],
  words: Number.POSITIVE_INFINITY,
  async run(given, context) {
    const { connection, privacy } = context;
    const service = oneService(given);
    const letters = await chooseLetters(given, given.words.slice(2), context);
    const isReal = given.is('yes') && !given.is('dry-run');
    if (isReal) {
      await purge(letters, { connection, redis: await context.redis(), publisher: await context.publisher() });
    }
    const head = isReal
      ? `Purged ${counted(letters.length, 'letter')} of ${service}.`
      : `${counted(letters.length, 'letter')} of ${service} would be purged; their events will have no effect.`;
    const table = letters.length === 0 ? '' : `\n\n${causeTable(letters, context)}`;
    const hint = isReal || given.is('dry-run') ? '' : '\n\nNothing was changed: add --yes to purge them.';
    const document = {
      dryRun: !isReal,
      purged: isReal ? letters.length : 0,
      letters: letters.map((letter) => letterDocument(letter, privacy)),
    };
    context.report(`${head}${table}${hint}`, document);
    return hint === '' ? 0 : 2;
  },
};
