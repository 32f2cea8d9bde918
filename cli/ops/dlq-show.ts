import { openReader, readDeadLetters, readRecords } from '@switchboard/kafka';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { findLetter, oneService } from './letter-selection.ts';
import { letterDocument } from './letter-view.ts';
import { asJson } from './printable.ts';
import { list } from './table.ts';

/** One dead letter in full. */
export const dlqShow: Command = {
  usage: 'dlq show --service <name> <letter> [--reveal]',
  summary: 'one dead letter in full: what failed, when, and where it came from',
  options: ['service'],
  words: 1,
  async run(given, context) {
    const { connection, privacy } = context;
    const letters = await readDeadLetters(connection, await context.redis(), oneService(given));
    const letter = findLetter(letters, given.words[2] ?? '');
    const reader = openReader(connection);
    const records = await readRecords(reader, [letter]).finally(reader.close);
    const payload = await readPayload(records.get(letter.id)?.value ?? null, letter.origin.topic, context);
    const document = letterDocument(letter, privacy);
    const { origin, copies, earlier, ...plain } = document;
    const place = `${origin.topic}, partition ${origin.partition}, offset ${origin.offset}`;
    const entries = Object.entries({ ...plain, copies: named(copies), earlier: named(earlier), origin: place });
    const text = [list(entries.map(([name, value]) => [name, value ?? 'none'])), asJson(payload)];
    context.report(text.join('\n\n'), { ...document, payload });
    return 0;
  },
};

const MOST_NAMED = 20;

const named = (ids: readonly string[]): string =>
  ids.length === 0 ? 'none' : [...ids.slice(0, MOST_NAMED), ...(ids.length > MOST_NAMED ? ['…'] : [])].join(', ');

/** The event, or what can be said of bytes that are none. */
async function readPayload(value: Buffer | null, topic: string, { codec, privacy }: Context) {
  if (value === null) return null;
  const { decode } = await codec();
  try {
    return privacy.payload(await decode(value), topic);
  } catch {
    return privacy.payload({ undecodable: value.toString('base64') });
  }
}
