const TIMEOUT_MS = 5000;
const MAX_BYTES = 1_048_576;

/**
 * The address that a document names.
 * @throws Error unless it is safe to load: over https, or as the document itself was loaded
 */
export function addressIn(document: string, address: unknown): string {
  const protocol = typeof address === 'string' && URL.canParse(address) ? new URL(address).protocol : undefined;
  if (protocol === 'https:' || (protocol === 'http:' && new URL(document).protocol === 'http:'))
    return address as string;
  throw new Error(`${document} must name an address with https`);
}

/** A small JSON object from an address of the vendor or of the sources file. Never follows a redirect. */
export async function loadJson(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_BYTES) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  const json: unknown = JSON.parse(Buffer.concat(parts).toString());
  if (typeof json !== 'object' || json === null) throw new Error(`${url} must answer with a JSON object`);
  return json as Record<string, unknown>;
}
