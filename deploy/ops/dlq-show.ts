import { openReader, readDeadLetters, readRecords } from '@switchboard/kafka';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { findLetter, oneService } from './letter-selection.ts';
import { letterDocument } from './letter-view.ts';
import { list } from './table.ts';

/** One dead letter in full. */
export const dlqShow: Command = {
  usage: 'dlq show --service <name> <letter> [--reveal]',
  options: ['service'],
  words: 1,
  async run(given, context) {
    const { connection, privacy } = context;
    const letters = await readDeadLetters(connection, await context.redis(), oneService(given));
    const letter = findLetter(letters, given.words[2] ?? '');
    const reader = openReader(connection);
    const records = await readRecords(reader, [letter]).finally(reader.close);
    const payload = await readPayload(records.get(letter.id)?.value ?? null, context);
    const document = letterDocument(letter, privacy);
    const { origin, copies, ...plain } = document;
    const place = `${origin.topic}, partition ${origin.partition}, offset ${origin.offset}`;
    const entries = Object.entries({ ...plain, copies: copies.join(', ') || 'none', origin: place });
    const text = [list(entries.map(([name, value]) => [name, value ?? 'none'])), JSON.stringify(payload, null, 2)];
    context.report(text.join('\n\n'), { ...document, payload });
    return 0;
  },
};

/** The event, or what can be said of bytes that are none. */
async function readPayload(value: Buffer | null, { codec, privacy }: Context) {
  if (value === null) return null;
  const { decode } = await codec();
  try {
    return privacy.payload(await decode(value));
  } catch {
    return privacy.payload({ undecodable: value.toString('base64') });
  }
}
