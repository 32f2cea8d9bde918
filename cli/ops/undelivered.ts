import { findUndelivered, readUnavailable, type ServiceView, type Undelivered } from '@switchboard/consumer/operate';
import { consumers } from '@switchboard/deploy/services';
import { catalogue, isEventType } from '@switchboard/events';
import { UsageError } from '@switchboard/service/command-line';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { viewOf } from './lookup.ts';
import { consumerServices } from './services.ts';
import { isoTime } from './times.ts';
import { addTo, type Group, type Outage, textOf, viewOfEvent } from './undelivered-view.ts';

const SINCE_MS = 2 * 3_600_000;
const SHOWN = 20;

/** What a tenant's events have not brought about, and why. */
export const undelivered: Command = {
  usage: 'undelivered --tenant <tenant> [--since 2h] [--until] [--service <name>]… [--limit 20]',
  summary: 'which events of a tenant have had no effect, in which service, and why',
  options: ['tenant', 'since', 'until', 'service', 'limit'],
  words: 0,
  async run(given, context) {
    const { connection, doneTtlMs, signal, report } = context;
    const tenant = given.text('tenant');
    if (tenant === undefined) throw new UsageError('Say whose events: --tenant <tenant>.');
    const { since = Date.now() - SINCE_MS, until = Date.now() } = given;
    if (since >= until) throw new UsageError('--since is before --until.');
    const limit = given.number('limit', SHOWN, 1);
    const services = given.services.length > 0 ? given.services : consumerServices;
    const redis = await context.redis();
    const views = await Promise.all(services.map((service) => serviceView(service, since, context)));
    const outages = (await Promise.all(services.map((service) => outagesOf(service, tenant, context)))).flat();
    const groups = new Map<string, Group>();
    const first: Undelivered[] = [];
    const search = { tenant, since, until, doneTtlMs, signal };
    await findUndelivered(connection, redis, views, search, (one) => {
      addTo(groups, one);
      if (first.length < limit) first.push(one);
    });
    const list = [...groups.values()].sort((one, other) => other.events - one.events);
    const events = first.map((one) => viewOfEvent(one, context));
    const total = list.reduce((sum, { events: count }) => sum + count, 0);
    report(textOf({ tenant, since, total, groups: list, events, outages }, context), {
      tenant,
      since: isoTime(since),
      until: isoTime(until),
      undelivered: total,
      groups: list.map(({ oldest, ...group }) => ({ ...group, oldest: isoTime(oldest) })),
      unavailable: outages,
      events: events.map(({ acceptedAt, ...event }) => ({ ...event, acceptedAt: isoTime(acceptedAt) })),
    });
    return 0;
  },
};

async function serviceView(service: string, since: number, context: Context): Promise<ServiceView> {
  const { progress, letters, notes } = await viewOf(service, since, context);
  const handled: readonly string[] | undefined = consumers.find(({ name }) => name === service)?.handles;
  const topics =
    handled === undefined
      ? progress.sources.map(({ topic }) => topic)
      : [...new Set(handled.flatMap((type) => (isEventType(type) ? catalogue[type].topic : [])))];
  return { progress, letters, notes, topics, handles: (type) => handled === undefined || handled.includes(type) };
}

async function outagesOf(service: string, tenant: string, { redis, privacy }: Context): Promise<Outage[]> {
  const notes = await readUnavailable(await redis(), service);
  const own = notes.filter(({ target }) => target.startsWith(`${tenant}/`) || !target.includes('/'));
  return [...Map.groupBy(own, ({ target }) => target)].map(([target, ofTarget]) => ({
    service,
    connection: privacy.sentence(target),
    why: privacy.sentence(ofTarget[0]?.why ?? ''),
    seconds: Math.max(...ofTarget.map(({ since }) => (Date.now() - since) / 1_000)),
    waiting: ofTarget.reduce((sum, { waiting }) => sum + waiting, 0),
  }));
}
