import { type ConnectionNote, readConnectionNotes, readUnavailable } from '@switchboard/consumer/operate';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { consumerServices, progressOf } from './services.ts';
import { counted, table } from './table.ts';
import { asDuration, asTime, isoTime } from './times.ts';
import { watching } from './watching.ts';

const SHOWN = 50;

/** The outside systems that services use, and which of them cannot be used. */
export const connections: Command = {
  usage: 'connections [--service <name>]… [--tenant <tenant>] [--all] [--limit 50] [--watch]',
  summary: 'which outside systems are unavailable, since when and why; --all lists the others too',
  options: ['service', 'tenant', 'all', 'limit', 'watch'],
  words: 0,
  run: watching(report),
};

/** An outside system, as all instances of a service see it. */
export interface ConnectionState {
  readonly service: string;
  readonly connection: string;
  /** Undefined while it can be used. In epoch ms. */
  readonly unavailableSince: number | undefined;
  readonly why: string;
  /** Events in memory that wait for it. */
  readonly waiting: number;
  readonly last: ConnectionNote;
}

const UNKNOWN: ConnectionNote = { succeededAt: 0, failedAt: 0, why: '' };

/** Those that were used in the last seven days, the longest unavailable first. */
export async function connectionsOf(service: string, { redis: connect }: Context): Promise<ConnectionState[]> {
  const redis = await connect();
  const [unavailable, notes] = await Promise.all([
    readUnavailable(redis, service),
    readConnectionNotes(redis, service),
  ]);
  const down = Map.groupBy(unavailable, ({ target }) => target);
  return [...new Set([...down.keys(), ...notes.keys()])]
    .map((connection): ConnectionState => {
      const instances = down.get(connection) ?? [];
      const last = notes.get(connection) ?? UNKNOWN;
      return {
        service,
        connection,
        unavailableSince: instances[0]?.since,
        why: instances[0]?.why ?? last.why,
        waiting: instances.reduce((sum, { waiting }) => sum + waiting, 0),
        last,
      };
    })
    .sort((one, other) => (one.unavailableSince ?? Infinity) - (other.unavailableSince ?? Infinity) || 0);
}

async function report(given: Arguments, context: Context): Promise<number> {
  const { privacy, columns } = context;
  const tenant = given.text('tenant');
  const limit = given.number('limit', SHOWN, 1);
  for (const service of given.services) await progressOf(context.connection, service);
  const services = given.services.length > 0 ? given.services : consumerServices;
  const all = (await Promise.all(services.map((service) => connectionsOf(service, context)))).flat();
  const chosen = all.filter(({ connection }) => tenant === undefined || connection.startsWith(`${tenant}/`));
  const down = chosen.filter(({ unavailableSince }) => unavailableSince !== undefined);
  const listed = given.is('all') ? chosen : down;
  const shown = listed.slice(0, limit).map((one) => ({
    service: one.service,
    connection: privacy.sentence(one.connection),
    state: one.unavailableSince === undefined ? 'available' : 'unavailable',
    since: one.unavailableSince === undefined ? null : isoTime(one.unavailableSince),
    waiting: one.waiting,
    lastSuccess: one.last.succeededAt === 0 ? null : isoTime(one.last.succeededAt),
    lastFailure: one.last.failedAt === 0 ? null : isoTime(one.last.failedAt),
    lastError: privacy.sentence(one.why) || null,
  }));
  const head =
    down.length === 0
      ? `All ${counted(chosen.length, 'connection')} that were used in the last 7 days are available.`
      : `${counted(down.length, 'connection')} of ${chosen.length.toLocaleString('en')} unavailable. Events that need ${down.length === 1 ? 'it' : 'them'} wait; the others go on.`;
  const rows = shown.map(({ service, connection, state, since, waiting, lastSuccess, lastError }) => [
    service,
    connection,
    since === null ? state : `${state} ${asDuration((Date.now() - Date.parse(since)) / 1_000)}`,
    waiting,
    asTime(Date.parse(lastSuccess ?? '')),
    lastError ?? '',
  ]);
  const list = table(
    [
      { title: 'service', most: 20 },
      { title: 'connection', most: 32 },
      { title: 'state' },
      { title: 'waiting', align: 'right' },
      { title: 'last success' },
      { title: 'last error', wrap: true },
    ],
    rows,
    columns,
  );
  const rest = listed.length - shown.length;
  const parts = [head, ...(rows.length === 0 ? [] : [list]), ...(rest > 0 ? [`… and ${rest} more: --limit.`] : [])];
  context.report(parts.join('\n\n'), { unavailable: down.length, known: chosen.length, connections: shown });
  return 0;
}
