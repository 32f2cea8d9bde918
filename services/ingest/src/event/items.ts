import type { IncomingHttpHeaders } from 'node:http';
import type { Json, Provider, Reply } from '@switchboard/providers';
import { bodyKindOf } from '../http/content-type.ts';
import { parseForm } from '../http/form.ts';
import type { Refusal } from '../http/refusals.ts';
import { type Parsed, parse } from './json/parse.ts';

/** One part of a body that can become an event of its own. */
export interface Item {
  readonly json: Json;
  /** Its bytes: those of the body if it is the only item. */
  readonly bytes: Buffer;
  /** Its place in the body; undefined for the body itself. */
  readonly index: number | undefined;
}

export type BodyReading =
  | { kind: 'items'; items: readonly Item[] }
  | { kind: 'reply'; reply: Reply }
  | { kind: 'refused'; refusal: Refusal };

/** More than any vendor sends at once. */
const MOST_ITEMS = 1_000;

/** Reads a verified body as its provider writes it: a check of the address, or items. */
export function readItems(provider: Provider, headers: IncomingHttpHeaders, bytes: Buffer): BodyReading {
  const parsed = bodyKindOf(headers['content-type']) === 'form' ? parseForm(bytes) : parseJson(provider, bytes);
  if (!parsed.ok) return refused({ reason: 'json', error: parsed.message });
  const body = parsed.value as Json;
  const delivery = { body, headers };
  const reply = provider.handshake?.(delivery);
  if (reply !== undefined) return { kind: 'reply', reply };
  if (provider.split === undefined) return itemsOf(body, bytes, undefined);
  const items = provider.split(delivery);
  if (items.length > MOST_ITEMS) {
    return refused({ reason: 'too_many_items', error: `The body holds more than ${MOST_ITEMS} items` });
  }
  if (items.length === 1 && items[0] === body) return itemsOf(body, bytes, undefined);
  return { kind: 'items', items: items.map((json, index) => new PartItem(json, index)) };
}

/** Reads an item that was kept in quarantine after its body was split. */
export function readKeptItem(provider: Provider, bytes: Buffer, index: number): BodyReading {
  const parsed = parseJson(provider, bytes);
  return parsed.ok ? itemsOf(parsed.value as Json, bytes, index) : refused({ reason: 'json', error: parsed.message });
}

const parseJson = ({ refusesBadBodies }: Provider, bytes: Buffer): Parsed =>
  parse(bytes, { inexactNumbers: refusesBadBodies ? 'refuse' : 'text' });

const itemsOf = (json: Json, bytes: Buffer, index: number | undefined): BodyReading => ({
  kind: 'items',
  items: [{ json, bytes, index }],
});

const refused = (refusal: Refusal): BodyReading => ({ kind: 'refused', refusal });

/** A part of a larger body. Few items need bytes of their own: those without an id, and bad ones. */
export class PartItem implements Item {
  readonly json: Json;
  readonly index: number;
  #bytes: Buffer | undefined;

  constructor(json: Json, index: number) {
    this.json = json;
    this.index = index;
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(JSON.stringify(this.json));
    return this.#bytes;
  }
}
