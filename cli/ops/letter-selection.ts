import { type DeadLetter, readDeadLetters } from '@switchboard/consumer/operate';
import { UsageError } from '@switchboard/service/command-line';
import type { Arguments, OptionName } from './arguments.ts';
import type { Context } from './context.ts';
import { OpsError } from './ops-error.ts';
import { asTime } from './times.ts';

export const LETTER_FILTERS: readonly OptionName[] = [
  'service',
  'code',
  'type',
  'source',
  'since',
  'until',
  'key',
  'conversation',
];

export function oneService({ services }: Arguments, whose = 'whose dead letters'): string {
  const [service, ...others] = services;
  if (service === undefined) throw new UsageError(`Say ${whose}: --service <name>.`);
  if (others.length > 0) throw new UsageError('One --service at a time.');
  return service;
}

/** The open letters that the ids or filters name; none of them, and all of them, must be said on purpose. */
export async function chooseLetters(given: Arguments, ids: readonly string[], context: Context): Promise<DeadLetter[]> {
  const service = oneService(given);
  const isFiltered = (['code', 'type', 'source', 'key', 'conversation'] as const).some(
    (name) => given.text(name) !== undefined,
  );
  const isNarrowed = isFiltered || given.since !== undefined || given.until !== undefined;
  if (ids.length === 0 && !isNarrowed && !given.is('all')) {
    throw new UsageError('Say which letters: their ids, a filter such as --code, or --all.');
  }
  const letters = await readDeadLetters(context.connection, await context.redis(), service);
  const named = ids.map((id) => findLetter(letters, id));
  for (const letter of named) if (letter.state !== 'open') context.note(`${letter.id} is ${stateOf(letter)} already.`);
  return (ids.length > 0 ? named : letters).filter(({ state }) => state === 'open').filter(filterOf(given));
}

/** `redriven since 2026-01-15 10:00:00Z` */
const stateOf = ({ state, decidedAt }: DeadLetter): string =>
  decidedAt > 0 && (state === 'redriven' || state === 'purged') ? `${state} since ${asTime(decidedAt)}` : state;

export function findLetter(letters: readonly DeadLetter[], id: string): DeadLetter {
  const found = letters.find((letter) => letter.id === id || letter.copies.includes(id));
  if (found !== undefined) return found;
  const later = letters.find(({ earlier }) => earlier.includes(id));
  if (later !== undefined) {
    const when = later.decidedAt > 0 ? `, last at ${asTime(later.decidedAt)},` : '';
    throw new OpsError(
      `The letter ${id} was redriven${when} and died again: it is ${later.id} now, ${stateOf(later)}.`,
    );
  }
  throw new OpsError(`There is no dead letter ${id}: \`dlq list\` shows those that there are, --history all of them.`);
}

export function filterOf(given: Arguments): (letter: DeadLetter) => boolean {
  const { since = 0, until = Number.POSITIVE_INFINITY } = given;
  const [code, type, source, key] = [
    given.text('code'),
    given.text('type'),
    given.text('source'),
    given.text('key') ?? given.text('conversation'),
  ];
  return (letter) =>
    (code === undefined || letter.code === code) &&
    (type === undefined || letter.type === type) &&
    (source === undefined || isSource(letter.source, source)) &&
    (key === undefined || isKey(letter.key, key)) &&
    letter.diedAt >= since &&
    letter.diedAt <= until;
}

/** `/tenant/source` by its last part, or as a whole. */
const isSource = (attribute: string, wanted: string): boolean =>
  attribute === wanted || attribute.endsWith(`/${encodeURIComponent(wanted)}`);

/** `tenant:entity` by the entity, or as a whole. */
export const isKey = (key: string | null, wanted: string): boolean =>
  key === wanted || key?.slice(key.indexOf(':') + 1) === wanted;
