import type { EventOf } from '@switchboard/events';
import { effectKey } from '../effects/effect-key.ts';
import { metaOf } from '../effects/event-meta.ts';
import type { DueInstance } from './due-instances.ts';

/** The event that ends an instance. Its id is the same however often it is published. */
export function timeoutEvent({ tenant, flow, version, key, round, dueAt }: DueInstance): EventOf<'flow.timeout'> {
  const id = `timeout:${effectKey(flow, [String(version), key, String(round)], 0)}`;
  return { meta: metaOf('flow.timeout', { id, tenant, at: dueAt }), flow, version, key, round, dueAt };
}
