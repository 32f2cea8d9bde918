import type { Event } from './events-client.ts';
import type { EventResult } from './send-error.ts';

/** An event of a request. */
export interface Item {
  readonly id: string;
  readonly json: string;
  /** In the list of the caller. */
  readonly position: number;
}

interface Limits {
  maxEvents: number;
  maxBytes: number;
}

/** `{"events":[]}`, without one comma more than there are. */
const FRAME_BYTES = 12;

/**
 * Divides a list into requests within the limits, in order. `results` has an entry for each event: `invalid` if it cannot
 * be sent at all, otherwise `unavailable`.
 */
export function pack(events: readonly (Event & { readonly id: string })[], { maxEvents, maxBytes }: Limits) {
  const requests: Item[][] = [];
  const results: EventResult[] = [];
  let bytes = 0;
  for (const [position, event] of events.entries()) {
    const { id } = event;
    const json = jsonOf(event);
    const size = Buffer.byteLength(json ?? '') + 1;
    if (json === undefined || FRAME_BYTES + size > maxBytes) {
      const message = json === undefined ? 'cannot be written as JSON' : `has ${size} bytes, too many for a request`;
      results.push({ id, status: 'invalid', problems: [{ path: '', message }] });
      continue;
    }
    results.push({ id, status: 'unavailable', problems: [] });
    let request = requests.at(-1);
    if (request === undefined || request.length >= maxEvents || bytes + size > maxBytes) {
      request = [];
      requests.push(request);
      bytes = FRAME_BYTES;
    }
    request.push({ id, json, position });
    bytes += size;
  }
  return { requests, results };
}

/** Undefined for what JSON cannot hold, such as a bigint or a cycle. */
function jsonOf(event: Event): string | undefined {
  try {
    return JSON.stringify(event);
  } catch {
    return undefined;
  }
}
