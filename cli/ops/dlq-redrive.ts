import { type DeadLetter, readProgress, redrive } from '@switchboard/consumer/operate';
import type { Command } from './command.ts';
import { chooseLetters, LETTER_FILTERS, oneService } from './letter-selection.ts';
import { causeTable, letterDocument } from './letter-view.ts';
import { OpsError } from './ops-error.ts';
import { counted } from './table.ts';

/** Letters a second; few enough for any outside system. */
const RATE = 50;
/** A letter that came back three times will come back a fourth time. */
const LOOP_LIMIT = 3;
const NOTE_EVERY_MS = 5_000;

/** Sends dead letters back into the retry chain of their service, and of no other. */
export const dlqRedrive: Command = {
  usage: 'dlq redrive --service <name> <letter>… | filters | --all [--rate 50] [--dry-run] [--force]',
  summary: 'send dead letters back into the retry topics of their service',
  options: [...LETTER_FILTERS, 'all', 'dry-run', 'rate', 'force', 'loop-limit'],
  words: Number.POSITIVE_INFINITY,
  async run(given, context) {
    const { connection, privacy, signal } = context;
    const service = oneService(given);
    const rate = given.number('rate', RATE, 0);
    const limit = given.is('force') ? Number.POSITIVE_INFINITY : given.number('loop-limit', LOOP_LIMIT, 1);
    const chosen = await chooseLetters(given, given.words.slice(2), context);
    const [letters, refused] = [
      chosen.filter(({ redrives }) => redrives < limit),
      chosen.filter(({ redrives }) => redrives >= limit),
    ];
    const refusal =
      refused.length === 0
        ? ''
        : `\nRefused ${counted(refused.length, 'letter')} that came back ${limit} times or more: find the cause (\`dlq show\`), then --force.`;
    const view = (list: readonly DeadLetter[]) => list.map((letter) => letterDocument(letter, privacy));

    if (given.is('dry-run') || letters.length === 0) {
      const table = letters.length === 0 ? '' : `\n\n${causeTable(letters, context)}\n`;
      const head = given.is('dry-run')
        ? `${counted(letters.length, 'letter')} of ${service} would be redriven.`
        : `Nothing to redrive: no open letter of ${service} ${chosen.length === 0 ? 'matches' : 'may be redriven'}.`;
      context.report(`${head}${table}${refusal}`, {
        dryRun: given.is('dry-run'),
        redriven: 0,
        letters: view(letters),
        refused: view(refused),
      });
      return refused.length === 0 ? 0 : 1;
    }

    const { members, retries } = await readProgress(connection, service);
    const [first] = retries;
    if (first === undefined) throw new OpsError(`${service} has no retry topics: start it once, and it makes them.`);
    if (members === 0) context.note(`Nothing of ${service} runs: the letters will wait for it in ${first.topic}.`);
    let notedAt = performance.now();
    let [count, kept] = [0, 0];
    const redriven = await redrive(letters, {
      ...{ connection, rate, signal, publisher: await context.publisher(), retryTopic: first.topic },
      redriven() {
        count += 1;
        if (performance.now() - notedAt < NOTE_EVERY_MS) return;
        notedAt = performance.now();
        context.note(`${count} of ${letters.length} …`);
      },
      refused({ id }, { message }) {
        kept += 1;
        context.note(`${id} stays a dead letter: ${privacy.sentence(message)}`);
      },
    });
    const left = letters.length - redriven;
    const rest = left === kept ? '' : `\n${counted(left - kept, 'letter')} left: run it again to go on.`;
    const text = `Redrove ${counted(redriven, 'letter')} of ${service} into ${first.topic}.${rest}${refusal}`;
    context.report(text, { dryRun: false, redriven, left, topic: first.topic, refused: view(refused) });
    return left + refused.length === 0 ? 0 : 1;
  },
};
