import type { Replay, ReplaySelection } from '@switchboard/consumer/operate';
import type { StoredRecord } from '@switchboard/kafka';
import type { Context } from './context.ts';
import { counted, table } from './table.ts';
import { asTime, isoTime } from './times.ts';

const selectionDocument = ({ service, tenant, types, since, until }: ReplaySelection) => ({
  ...{ service, tenant: tenant ?? null, types },
  since: isoTime(since),
  until: isoTime(until),
});

/** @param sent how many this run of the command has sent */
export const replayDocument = (replay: Replay, sent: number) => ({
  dryRun: false,
  replay: replay.number,
  ...selectionDocument(replay),
  sent,
  sentInAll: replay.sent,
  complete: replay.left.length === 0,
});

/** What a replay would send. */
export function previewOf(
  selection: ReplaySelection,
  counts: ReadonlyMap<string, number>,
  first: readonly StoredRecord[],
  { privacy, columns }: Pick<Context, 'privacy' | 'columns'>,
) {
  const { service, tenant, since, until } = selection;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const byCount = [...counts].sort(([, one], [, other]) => other - one);
  const events = first.map(({ topic, headers, timestamp }) => ({
    event: privacy.id(headers.ce_id ?? '', topic),
    type: headers.ce_type ?? '',
    acceptedAt: timestamp,
  }));
  const whose = tenant === undefined ? 'all tenants' : privacy.sentence(tenant);
  const head = `${counted(total, 'event')} of ${whose} from ${asTime(since)} to ${asTime(until)} would go to ${service}.`;
  const types = table(
    [{ title: 'events', align: 'right' }, { title: 'type' }],
    byCount.map(([type, count]) => [count, type]),
    columns,
  );
  const list = table(
    [{ title: 'first' }, { title: 'type' }, { title: 'event', most: 40 }],
    events.map(({ event, type, acceptedAt }) => [asTime(acceptedAt), type, event]),
    columns,
  );
  return {
    text: total === 0 ? head : `${head}\n\n${types}\n\n${list}`,
    document: {
      dryRun: true,
      ...selectionDocument(selection),
      events: total,
      byType: Object.fromEntries(byCount),
      first: events.map(({ acceptedAt, ...rest }) => ({ ...rest, acceptedAt: isoTime(acceptedAt) })),
    },
  };
}
