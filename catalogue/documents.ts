import { asyncapi } from './asyncapi.ts';
import { eventEntries } from './event-entries.ts';
import { openapi } from './openapi.ts';
import { page } from './page.ts';

const json = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

/** The files that ingest serves, by name. */
export function documents(): Map<string, string> {
  const events = eventEntries();
  return new Map([
    ['openapi.json', json(openapi())],
    ['asyncapi.json', json(asyncapi())],
    ['catalogue.json', json({ events })],
    ['index.html', page(events)],
  ]);
}
