import type { Problem } from '@switchboard/events';

/** Why a request is refused: the whole list. The reason is the metric's label, the rest is the answer. */
export const refusals = {
  ip_rate: { status: 429, error: 'Too many requests from this address' },
  https: { status: 403, error: 'Send by https' },
  unknown_source: { status: 404, error: 'Unknown source' },
  method: { status: 405, error: 'Send a POST' },
  address: { status: 403, error: 'This address may not send to this source' },
  content_type: { status: 415, error: 'Send application/json, in UTF-8 and without Content-Encoding' },
  too_large: { status: 413, error: 'The body is too large' },
  too_slow: { status: 408, error: 'The body arrived too slowly, send again' },
  overload: { status: 503, error: 'Too much is in flight, send again' },
  aborted: { status: 400, error: 'The body ended before its announced length' },
  signature: { status: 401, error: 'Invalid signature' },
  timestamp: { status: 401, error: 'Sign with the current time' },
  api_key: { status: 401, error: 'Send a valid API key or token as Authorization: Bearer …' },
  keys_unavailable: { status: 503, error: 'The keys that verify the signature cannot be had now, send again' },
  source_rate: { status: 429, error: 'Too many requests to this source' },
  tenant_rate: { status: 429, error: 'Too many events of this tenant' },
  json: { status: 400, error: 'The body is not usable JSON' },
  too_many_items: { status: 413, error: 'The body holds too many items' },
  shape: { status: 400, error: 'The body has none of the known shapes' },
  duplicate_differs: { status: 409, error: 'Another event with this id was accepted before: send a new id' },
  schema: { status: 422, error: 'The event does not match its schema' },
  too_large_encoded: { status: 413, error: 'The event is too large once it is encoded' },
  not_acknowledged: { status: 503, error: 'The event could not be stored in time, send again' },
  internal: { status: 500, error: 'The event could not be processed' },
} as const satisfies Record<string, { status: number; error: string }>;

export type Reason = keyof typeof refusals;

export interface Refusal {
  reason: Reason;
  /** More than the table says, e.g. where the JSON ends. */
  error?: string;
  problems?: readonly Problem[];
  /** What the sender may have meant. */
  hint?: string | undefined;
  retryAfterSeconds?: number;
}

/** What the answer adds when the body has none of the known shapes, or is sent as something other than JSON. */
export const SHAPES = {
  shapes: [
    '{"event", "timestamp", "data": {…}}',
    '{"event_type", "timestamp", "payload": {…}}',
    '{"articleId", "action", …}',
  ],
  docs: 'services/ingest/README.md#what-to-send',
} as const;

/** Overload passes within seconds; a sender that is asked to wait longer may give up. */
const RETRY_AFTER_SECONDS = 1;

export interface Answer {
  status: number;
  /** JSON, or a text of the given content type. */
  body: object | string;
  contentType?: string;
  retryAfterSeconds?: number;
}

export function answerTo({ reason, error, problems, hint, retryAfterSeconds }: Refusal): Answer {
  const { status, error: standard } = refusals[reason];
  const body = {
    error: error ?? standard,
    ...(problems === undefined ? {} : { problems }),
    ...(hint === undefined ? {} : { hint }),
    ...(reason === 'shape' || reason === 'content_type' ? SHAPES : {}),
  };
  if (status !== 429 && status !== 503) return { status, body };
  return { status, body, retryAfterSeconds: retryAfterSeconds ?? RETRY_AFTER_SECONDS };
}
