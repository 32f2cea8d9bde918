import type { AnyEvent } from '@switchboard/events';

/** The source of the events that flows publish. */
export const FLOWS_SOURCE = 'flows';

export const metaOf = <T extends AnyEvent['meta']['type']>(
  type: T,
  { id, tenant, at, extra = null }: { id: string; tenant: string; at: number; extra?: string | null },
) => ({ id, source: FLOWS_SOURCE, tenant, type, occurredAt: at, receivedAt: Date.now(), extra });
