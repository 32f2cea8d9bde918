import { type DeadLetter, type KafkaError, type LetterState, readDeadLetters } from '@switchboard/kafka';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { filterOf, LETTER_FILTERS } from './letter-selection.ts';
import { causeTable, letterDocument, letterTable } from './letter-view.ts';
import { consumerServices } from './services.ts';
import { counted } from './table.ts';

const SHOWN = 50;

/** What waits for a decision; all services when none is named. */
export const dlqList: Command = {
  usage: 'dlq list [--service <name>] [filters] [--history] [--limit 50]',
  summary: 'the dead letters that wait for a decision, by cause',
  options: [...LETTER_FILTERS, 'history', 'limit'],
  words: 0,
  async run(given, context) {
    const limit = given.number('limit', SHOWN, 0);
    const services = given.services.length > 0 ? given.services : consumerServices;
    const matches = filterOf(given);
    const found = await Promise.all(services.map((service) => read(service, given.services.length > 0, context)));
    const texts: string[] = [];
    const documents: object[] = [];
    for (const [index, service] of services.entries()) {
      const letters = (found[index] ?? []).filter(matches);
      const count = countByState(letters);
      const shown = given.is('history') ? letters : letters.filter(({ state }) => state === 'open');
      texts.push(textOf(service, shown, count, limit, context));
      documents.push({ service, count, letters: shown.map((letter) => letterDocument(letter, context.privacy)) });
    }
    context.report(texts.join('\n\n'), { services: documents });
    return 0;
  },
};

/** Services that were not named need not exist yet. */
async function read(service: string, named: boolean, { connection, redis }: Context): Promise<DeadLetter[]> {
  try {
    return await readDeadLetters(connection, await redis(), service);
  } catch (error) {
    if (named || (error as KafkaError).code !== 'UNKNOWN_TOPIC') throw error;
    return [];
  }
}

function countByState(letters: readonly DeadLetter[]): Record<LetterState, number> {
  const count = { open: 0, redriven: 0, purged: 0, done: 0 };
  for (const { state } of letters) count[state] += 1;
  return count;
}

function textOf(
  service: string,
  letters: readonly DeadLetter[],
  { open, redriven, purged, done }: Record<LetterState, number>,
  limit: number,
  context: Context,
): string {
  const head = `${service}: ${counted(open, 'open dead letter')} (redriven ${redriven}, purged ${purged}, done ${done})`;
  if (letters.length === 0) return head;
  const shown = letters.slice(0, limit);
  const rest = letters.length - shown.length;
  const parts = [head, causeTable(letters, context)];
  if (shown.length > 0) parts.push(letterTable(shown, context));
  if (rest > 0) parts.push(`… and ${counted(rest, 'letter')} more; --limit shows more of them.`);
  return parts.join('\n\n');
}
