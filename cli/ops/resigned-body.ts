import { createHmac, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Variables } from './context.ts';
import { OpsError } from './ops-error.ts';

/**
 * Makes the headers under which ingest accepts a body as if its source had sent it. Quarantine does not keep the
 * original signature, which may also be too old, so this signs the body with the first live secret of the source; like
 * ingest, it needs that secret.
 */
export type Sign = (source: string, body: Buffer) => Promise<Record<string, string>>;

export function createSign(variables: Variables): Sign {
  const path = variables.SOURCES_FILE || join(import.meta.dirname, '../../local/sources.yaml');
  const environment = { LOCAL_SECRET: 'local-secret', ...variables };

  async function secretOf(source: string): Promise<KeyObject> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      throw new OpsError(`The sources file ${path} cannot be read: set SOURCES_FILE to that of ingest.`, {
        cause: error,
      });
    }
    // All of ingest comes with it, which the other commands need not wait for.
    const { parseSources, resolveSources } = await import('@switchboard/ingest');
    const sources = parseSources(text, path);
    const entry = Object.hasOwn(sources, source) ? sources[source] : undefined;
    if (entry === undefined) throw new OpsError(`${path} has no source ${source}: set SOURCES_FILE to that of ingest.`);
    if (entry.scheme !== 'platform') {
      throw new OpsError(
        `Bodies of ${source} are signed by ${entry.scheme}, which cannot be done here: ask its sender to send again.`,
      );
    }
    const resolved = await resolveSources({ [source]: entry }, path, environment);
    return resolved.get(source)?.secrets[0] as KeyObject;
  }

  return async (source, body) => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', await secretOf(source))
      .update(`${timestamp}.`)
      .update(body);
    return { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature.digest('hex') };
  };
}
