import { readTenantLags } from '@switchboard/consumer/operate';
import { consumers } from '@switchboard/deploy/services';
import type { Arguments } from './arguments.ts';
import type { Context } from './context.ts';
import { consumerServices, progressOf } from './services.ts';
import { counted, table } from './table.ts';
import { asDuration, isoTime } from './times.ts';

const SHOWN = 20;
/** Records of a service that are looked at: a few seconds of reading. */
const MOST_LOOKED_AT = 50_000;

/** Which tenants wait longest, in which service. */
export async function reportByTenant(given: Arguments, context: Context): Promise<number> {
  const { connection, privacy, signal } = context;
  const limit = given.number('limit', SHOWN, 1);
  const tenant = given.text('tenant');
  const services = given.services.length > 0 ? given.services : consumerServices;
  const redis = await context.redis();
  const lags = [];
  // One after the other: each reads a share of Kafka.
  for (const service of services) {
    const handled: readonly string[] | undefined = consumers.find(({ name }) => name === service)?.handles;
    const handles = (type: string): boolean => handled === undefined || handled.includes(type);
    const progress = await progressOf(connection, service);
    lags.push({
      service,
      ...(await readTenantLags(connection, redis, progress, { most: MOST_LOOKED_AT, handles, signal })),
    });
  }
  const found = lags
    .flatMap(({ service, tenants }) => tenants.map((one) => ({ service, ...one })))
    .filter((one) => tenant === undefined || one.tenant === tenant)
    .sort((one, other) => one.oldest - other.oldest);
  const now = Date.now();
  const shown = found.slice(0, limit).map(({ service, tenant: name, events, oldest }) => ({
    tenant: privacy.sentence(name),
    service,
    seconds: Math.max(0, (now - oldest) / 1_000),
    events,
    oldest: isoTime(oldest),
  }));
  const looks = lags.map(({ service, records, lookedAt }) => ({ service, records, lookedAt }));
  const partly = looks
    .filter(({ records, lookedAt }) => lookedAt < records)
    .map(
      ({ service, records, lookedAt }) =>
        `${service}: looked at the oldest ${lookedAt.toLocaleString('en')} of ${counted(records, 'record')}.`,
    );
  const list = table(
    [
      { title: 'tenant', most: 32 },
      { title: 'service', most: 24 },
      { title: 'behind', align: 'right' },
      { title: 'events', align: 'right' },
    ],
    shown.map(({ tenant: name, service, seconds, events }) => [name, service, asDuration(seconds), events]),
    context.columns,
  );
  const rest = found.length - shown.length;
  const parts = [
    shown.length === 0 ? 'No tenant waits for anything.' : list,
    ...(rest > 0 ? [`… and ${rest.toLocaleString('en')} more: --limit.`] : []),
    ...partly,
  ];
  context.report(parts.join('\n\n'), { tenants: shown, more: rest, services: looks });
  return 0;
}
