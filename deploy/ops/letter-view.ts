import type { DeadLetter } from '@switchboard/kafka';
import type { Privacy } from './privacy.ts';
import { table } from './table.ts';
import { asTime } from './times.ts';

/** A dead letter as scripts get it. */
export function letterDocument(letter: DeadLetter, { id, sentence }: Privacy) {
  const { origin } = letter;
  return {
    letter: letter.id,
    service: letter.service,
    state: letter.state,
    diedAt: new Date(letter.diedAt).toISOString(),
    code: letter.code,
    message: sentence(letter.message),
    event: id(letter.eventId, origin.topic),
    type: letter.type,
    source: letter.source,
    key: letter.key === null ? null : id(letter.key, origin.topic),
    origin: { topic: origin.topic, partition: origin.partition, offset: origin.offset },
    acceptedAt: new Date(Number(origin.timestamp)).toISOString(),
    runs: letter.runs,
    redrives: letter.redrives,
    bytes: letter.bytes,
    copies: letter.copies,
  };
}

export function letterTable(letters: readonly DeadLetter[], { id, sentence }: Privacy): string {
  return table(
    [
      { title: 'letter', most: 14 },
      { title: 'died' },
      { title: 'state' },
      { title: 'redriven', align: 'right' },
      { title: 'event', most: 20 },
      { title: 'why' },
    ],
    letters.map((letter) => [
      letter.id,
      asTime(letter.diedAt),
      letter.state,
      `${letter.redrives} ×`,
      id(letter.eventId, letter.origin.topic),
      `${letter.code}: ${sentence(letter.message)}`,
    ]),
  );
}

/** How many there are of each cause and type, the most first. */
export function causeTable(letters: readonly DeadLetter[]): string {
  const groups = Map.groupBy(letters, ({ code, type }) => `${code}\n${type}`);
  return table(
    [
      { title: 'letters', align: 'right' },
      { title: 'code', most: 40 },
      { title: 'type', most: 30 },
      { title: 'oldest' },
    ],
    [...groups.values()]
      .sort((one, other) => other.length - one.length)
      .map((group) => {
        const [oldest] = group as [DeadLetter];
        return [group.length, oldest.code, oldest.type, asTime(oldest.diedAt)];
      }),
  );
}
