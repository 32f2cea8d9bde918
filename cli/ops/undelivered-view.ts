import type { Undelivered } from '@switchboard/consumer/operate';
import type { Context } from './context.ts';
import { explain } from './lookup.ts';
import { counted, table } from './table.ts';
import { asDuration, asTime } from './times.ts';

export interface Outage {
  readonly service: string;
  readonly connection: string;
  readonly why: string;
  readonly seconds: number;
  readonly waiting: number;
}

/** The connections of the tenant, and those of all tenants, that the instances of a service cannot use. */
export interface Group {
  readonly service: string;
  readonly state: string;
  /** The code of a dead letter, the reason of a handler that had nothing to do, the topic where events wait. */
  readonly reason: string | null;
  events: number;
  oldest: number;
}

export function addTo(groups: Map<string, Group>, { service, record, whereabouts }: Undelivered): void {
  const [state, reason] = causeOf(whereabouts);
  const name = [service, state, reason].join('\n');
  const group = groups.get(name) ?? { service, state, reason, events: 0, oldest: record.timestamp };
  group.events += 1;
  group.oldest = Math.min(group.oldest, record.timestamp);
  if (groups.has(name) || groups.size < MOST_GROUPS) groups.set(name, group);
}

const MOST_GROUPS = 1_000;

function causeOf(whereabouts: Undelivered['whereabouts']): [state: string, reason: string | null] {
  if (whereabouts === undefined) return ['open', null];
  switch (whereabouts.state) {
    case 'done':
      return ['skipped', whereabouts.reason ?? null];
    case 'dead':
    case 'purged':
      return [whereabouts.state, whereabouts.letter?.code ?? null];
    case 'waiting':
      return ['waiting', whereabouts.topic];
    // An earlier version of the service passed over it.
    case 'skipped':
      return ['passed over', null];
    default:
      return [whereabouts.state, null];
  }
}

export function viewOfEvent({ service, record, whereabouts }: Undelivered, { privacy }: Context) {
  const { topic, headers, key, timestamp } = record;
  const [state, reason] = causeOf(whereabouts);
  return {
    event: privacy.id(headers.ce_id ?? '', topic),
    type: privacy.sentence(headers.ce_type ?? ''),
    key: key === null ? null : privacy.id(String(key), topic),
    acceptedAt: timestamp,
    service,
    state,
    reason: reason === null ? null : privacy.sentence(reason),
    why:
      whereabouts === undefined || state === 'passed over'
        ? meaning(state)
        : explain({ service, ...whereabouts }, record, privacy),
  };
}

const meaning = (state: string): string =>
  state === 'open'
    ? 'not looked up: too many'
    : 'read by a version that did not handle its type; `replay` sends it again';

interface Finding {
  readonly tenant: string;
  readonly since: number;
  readonly total: number;
  readonly groups: readonly Group[];
  readonly events: readonly ReturnType<typeof viewOfEvent>[];
  readonly outages: readonly Outage[];
}

export function textOf(
  { tenant, since, total, groups, events, outages }: Finding,
  { privacy, columns }: Context,
): string {
  const whose = privacy.sentence(tenant);
  const down = outages
    .map(
      ({ service, connection, seconds, waiting, why }) =>
        `${service} cannot use ${connection} for ${asDuration(seconds)}; ${counted(waiting, 'event')} in memory wait: ${why}`,
    )
    .join('\n');
  const parts = down === '' ? [] : [down];
  if (total === 0) {
    parts.push(`Every event of ${whose} since ${asTime(since)} has had its effect.`);
    return parts.join('\n\n');
  }
  parts.push(`${counted(total, 'effect')} of ${whose} since ${asTime(since)} ${total === 1 ? 'is' : 'are'} missing.`);
  parts.push(
    table(
      [
        { title: 'events', align: 'right' },
        { title: 'service', most: 24 },
        { title: 'state' },
        { title: 'reason', most: 40 },
        { title: 'oldest' },
      ],
      groups.map((group) => [
        group.events,
        group.service,
        group.state,
        group.reason === null ? '' : privacy.sentence(group.reason),
        asTime(group.oldest),
      ]),
      columns,
    ),
    table(
      [
        { title: 'accepted' },
        { title: 'event', most: 30 },
        { title: 'service', most: 24 },
        { title: 'state' },
        { title: 'why', wrap: true },
      ],
      events.map(({ acceptedAt, event, service, state, why }) => [asTime(acceptedAt), event, service, state, why]),
      columns,
    ),
  );
  if (total > events.length) parts.push(`… and ${counted(total - events.length, 'more')}: --limit, or --json.`);
  return parts.join('\n\n');
}
