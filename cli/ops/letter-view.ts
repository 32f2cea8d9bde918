import type { DeadLetter } from '@switchboard/consumer/operate';
import type { Context } from './context.ts';
import type { Privacy } from './privacy.ts';
import { counted, table } from './table.ts';
import { asTime, isoTime } from './times.ts';

/** A dead letter as scripts get it. */
export function letterDocument(letter: DeadLetter, { id, sentence }: Privacy) {
  const { origin } = letter;
  return {
    letter: letter.id,
    service: letter.service,
    state: letter.state,
    decidedAt: letter.decidedAt === 0 ? null : isoTime(letter.decidedAt),
    diedAt: isoTime(letter.diedAt),
    code: sentence(letter.code),
    message: sentence(letter.message),
    event: id(letter.eventId, origin.topic),
    type: sentence(letter.type),
    source: sentence(letter.source),
    key: letter.key === null ? null : id(letter.key, origin.topic),
    origin: { topic: sentence(origin.topic), partition: origin.partition, offset: origin.offset },
    acceptedAt: isoTime(letter.acceptedAt),
    replay: letter.replay === 0 ? null : letter.replay,
    runs: letter.runs,
    redrives: letter.redrives,
    bytes: letter.bytes,
    copies: letter.copies,
    earlier: letter.earlier,
  };
}

type View = Pick<Context, 'privacy' | 'columns'>;

export function letterTable(letters: readonly DeadLetter[], { privacy, columns }: View): string {
  const { id, sentence } = privacy;
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
      `${sentence(letter.code)}: ${sentence(letter.message)}`,
    ]),
    columns,
  );
}

const MOST_CAUSES = 20;

/** How many there are of each cause and type, the most first. */
export function causeTable(letters: readonly DeadLetter[], { privacy, columns }: View): string {
  const groups = [...Map.groupBy(letters, ({ code, type }) => `${code}\n${type}`).values()];
  const shown = groups.sort((one, other) => other.length - one.length).slice(0, MOST_CAUSES);
  const causes = table(
    [
      { title: 'letters', align: 'right' },
      { title: 'code', most: 40 },
      { title: 'type', most: 30 },
      { title: 'oldest' },
    ],
    shown.map((group) => {
      const [{ code, type, diedAt }] = group as [DeadLetter];
      return [group.length, privacy.sentence(code), privacy.sentence(type), asTime(diedAt)];
    }),
    columns,
  );
  const rest = groups.length - shown.length;
  return rest === 0 ? causes : `${causes}\n… and ${counted(rest, 'more cause')}.`;
}
