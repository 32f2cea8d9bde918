import { type Identifier, listConflicts } from '@switchboard/notifier/conflicts';
import type { Command } from './command.ts';
import { OpsError } from './ops-error.ts';
import { counted, table } from './table.ts';

const SHOWN = 50;
/** The identifiers are those of people. */
const TOPIC = 'people.customers';

/** The identifiers that are linked with several people. */
export const peopleConflicts: Command = {
  usage: 'people conflicts --tenant <tenant> [--limit 50]',
  summary: 'the identifiers that are linked with several people, and used for no one',
  options: ['tenant', 'limit'],
  words: 0,
  async run(given, context) {
    const tenant = given.text('tenant');
    if (tenant === undefined) throw new OpsError('Name the tenant: people conflicts --tenant acme.');
    const { redis } = await context.mainRedis();
    const prefix = context.variables.PEOPLE_PREFIX || 'people';
    const conflicts = await listConflicts(redis, prefix, tenant, given.number('limit', SHOWN, 1));
    const shown = (identifiers: readonly Identifier[]) =>
      identifiers.map(({ kind, value }) => ({ kind, value: context.privacy.id(value, TOPIC) }));
    const documents = conflicts.map(({ people, unassigned, conflicts: reasons }) => ({
      reasons: reasons.map(({ reason }) => reason),
      between: reasons.flatMap((one) => ('identifiers' in one ? shown(one.identifiers) : [])),
      people: people.map(shown),
      unassigned: shown(unassigned),
    }));
    const textOf = (identifiers: readonly Identifier[]): string =>
      identifiers.map(({ kind, value }) => `${kind} ${value}`).join(', ');
    const columns = [{ title: 'reason' }, { title: 'between', most: 48 }, { title: 'used for no one', most: 48 }];
    const rows = documents.map(({ reasons, between, unassigned }) => [
      reasons.join(', '),
      textOf(between),
      textOf(unassigned),
    ]);
    const head = `${counted(rows.length, 'conflict')} of ${tenant}.`;
    const list = rows.length === 0 ? '' : `\n\n${table(columns, rows, context.columns)}`;
    context.report(`${head}${list}`, { conflicts: documents });
    return 0;
  },
};
