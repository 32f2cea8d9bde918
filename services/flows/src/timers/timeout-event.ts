import type { EventOf } from '@switchboard/events';
import { effectKey } from '../effects/effect-key.ts';
import type { DueInstance } from './due-instances.ts';

/** The event that ends an instance. Its id is the same however often it is published. */
export function timeoutEvent({ tenant, flow, version, key, round, dueAt }: DueInstance): EventOf<'flow.timeout'> {
  const id = `timeout:${effectKey(flow, [String(version), key, String(round)], 0)}`;
  const meta = { id, source: 'flows', tenant, occurredAt: dueAt, receivedAt: Date.now(), extra: null, hops: 0 };
  return { meta: { ...meta, type: 'flow.timeout' }, flow, version, key, round, dueAt };
}
