import type { EventEntry } from './event-entries.ts';

/** Sets the variables of `curlOf`, for the installation of `npm start`. */
export const PREPARATION = `url=http://127.0.0.1:8080/webhooks/chatbot
secret=local-secret`;

/** The commands that sign and send the example. */
export function curlOf({ type, example }: Pick<EventEntry, 'type' | 'example'>): string {
  const body = JSON.stringify({ event: type, data: example }, null, 2);
  return `body=${quoted(body)}
timestamp=$(date +%s)
signature=$(printf '%s.%s' "$timestamp" "$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')
curl "$url" -H 'content-type: application/json' --data-binary "$body" \\
  -H "x-webhook-timestamp: $timestamp" -H "x-webhook-signature: $signature"`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
