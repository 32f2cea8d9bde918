import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from './json/parse.ts';

/** A hint for senders of widespread shapes that ingest does not read; it quotes nothing of the body. */
export function shapeHint(json: JsonObject, headers: IncomingHttpHeaders): string | undefined {
  const has = (...keys: string[]): boolean => keys.every((key) => Object.hasOwn(json, key));
  if (headers['ce-specversion'] !== undefined || headers['ce-type'] !== undefined) {
    return 'CloudEvents headers are not read: send the value of ce-type as "event" and this body as "data"';
  }
  if (has('specversion', 'type')) {
    return 'CloudEvents are not read: send "type" as "event" and "time" as "timestamp", with the same "id" and "data"';
  }
  if (has('type', 'data')) return 'Send "type" as "event"';
  return undefined;
}
