import { createBatcher, createEventsClient } from '@switchboard/client';
import { UsageError } from '@switchboard/service/command-line';
import { readSourcesFile, secretsOf } from '../sources/named-source.ts';
import type { SampleEvent } from './sample-event.ts';
import { answerOf, type Deliver, MOST_AT_ONCE } from './send-events.ts';

type Variables = Parameters<typeof readSourcesFile>[0];

/** Long enough for the events of one moment, too short to be noticed. */
const MAX_WAIT_MS = 20;

/**
 * The API key of a source that is a client of `POST /v1/events`. Undefined for a source that signs.
 * @throws UsageError for a client whose key is not on this machine
 */
export async function apiKeyOf(name: string, variables: Variables): Promise<string | undefined> {
  const known = await readSourcesFile(variables);
  if (!Object.hasOwn(known.file.entries, name) || known.file.entries[name]?.scheme !== 'api') return undefined;
  const [key] = await secretsOf(name, known);
  if (key === undefined) throw new UsageError(`${name} is a client of POST /v1/events, and its key is not known here.`);
  return key;
}

/** Sends events to `POST /v1/events`, those of one moment in one request. */
export function apiDelivery(url: string, apiKey: string): Deliver<Pick<SampleEvent, 'source' | 'body' | 'item'>> {
  // Every answer is shown, so nothing is repeated.
  const client = createEventsClient({ url, apiKey, retry: false });
  const batcher = createBatcher(client, { maxEvents: MOST_AT_ONCE, maxWaitMs: MAX_WAIT_MS });
  return async ({ item }) => {
    try {
      const result = await batcher.add(item);
      return { status: result.status === 'invalid' ? 422 : 200, text: JSON.stringify(result) };
    } catch (error) {
      return answerOf(error);
    }
  };
}
