import type { IncomingHttpHeaders } from 'node:http';
import type { AnyEvent } from '@switchboard/events';
import type { Refusal } from '../http/refusals.ts';
import type { Source } from '../sources/sources.ts';
import { isObject } from './is-object.ts';
import type { Item } from './items.ts';
import { normalise } from './normalise.ts';
import { shapeHint } from './shape-help.ts';

interface Sent {
  source: Source;
  headers: IncomingHttpHeaders;
  receivedAt: number;
  deliveryId: string | undefined;
}

export type EventReading =
  | { kind: 'events'; events: readonly { event: AnyEvent; isAmbiguous: boolean }[] }
  /** It means nothing to the catalogue; `name` is what the sender calls it. */
  | { kind: 'skipped'; name: string | undefined }
  | { kind: 'refused'; refusal: Refusal };

/** What an item means, by the mapping of its source. */
export function readEvents({ json, bytes }: Item, { source, headers, receivedAt }: Sent): EventReading {
  if (!isObject(json)) {
    return { kind: 'refused', refusal: { reason: 'json', error: 'The body is JSON, but not an object' } };
  }
  const normalised = normalise({ json, body: bytes, receivedAt }, source);
  if (normalised.kind === 'unhandled') return { kind: 'skipped', name: normalised.name };
  if (normalised.kind === 'event') return { kind: 'events', events: [normalised] };
  const { refusal } = normalised;
  return {
    kind: 'refused',
    refusal: refusal.reason === 'shape' ? { ...refusal, hint: shapeHint(json, headers) } : refusal,
  };
}
