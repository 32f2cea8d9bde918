import { catalogue, type EventType, publicEventTypes } from '@switchboard/events';
import type { ApiDescription } from '@switchboard/service';
import { answerTo, type Reason, refusals } from './refusals.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const identity = {
  timestamp: {
    type: ['string', 'number'],
    description: 'When it happened: ISO 8601, or seconds or milliseconds since 1970.',
  },
  event_id: { type: 'string', maxLength: 256, description: 'A repeat of this id has no second effect.' },
};

/** The three shapes of a body. The document has the fields of each event type under the full name of its record. */
function bodyOf(type: EventType): object {
  const fields = ref(catalogue[type].recordName);
  const names = { enum: [type, type.replace('.', '_')] };
  const shape = (name: string, payload: string) => ({
    type: 'object',
    required: [name, payload],
    properties: { [name]: names, ...identity, [payload]: fields },
  });
  const [, action] = /^article\.(.*)$/.exec(type) ?? [];
  const flat = { ...fields, required: ['action'], properties: { action: { const: action }, ...identity } };
  return { anyOf: [shape('event', 'data'), shape('event_type', 'payload'), ...(action === undefined ? [] : [flat])] };
}

const problemsSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['path', 'message'],
    properties: { path: { type: 'string' }, message: { type: 'string' } },
  },
};

const refusalSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: { type: 'string' },
    problems: ref('Problems'),
    hint: { type: 'string', description: 'What the sender may have meant.' },
    shapes: { type: 'array', items: { type: 'string' } },
    docs: { type: 'string' },
  },
};

const retryAfter = { description: 'The seconds to wait before the next try.', schema: { type: 'integer' } };

/** One response for each status, with an example for each reason. */
export function refusalResponses(
  reasons: readonly Reason[] = (Object.keys(refusals) as Reason[]).filter((reason) => reason !== 'api_key'),
): Record<string, object> {
  const byStatus = Map.groupBy(reasons, (reason) => refusals[reason].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => {
      const answers = group.map((reason) => [reason, answerTo({ reason })] as const);
      const examples = Object.fromEntries(answers.map(([reason, { body }]) => [reason, { value: body }]));
      const waits = answers.some(([, { retryAfterSeconds }]) => retryAfterSeconds !== undefined);
      return [
        String(status),
        {
          description: `${group.map((reason) => refusals[reason].error).join('. ')}.`,
          ...(waits ? { headers: { 'Retry-After': retryAfter } } : {}),
          content: { 'application/json': { schema: ref('Refusal'), examples } },
        },
      ];
    }),
  );
}

const accepted = {
  description: 'The event is in Kafka, acknowledged by all in-sync replicas; or its type is not one of the catalogue.',
  content: {
    'application/json': {
      schema: { anyOf: [ref('Accepted'), ref('Skipped')] },
      examples: {
        accepted: { value: { received: true, conversationId: 'conv-1' } },
        duplicate: { value: { received: true, id: 'e-1', duplicate: true } },
        skipped: { value: { skipped: true, reason: 'Unhandled event type' } },
      },
    },
  },
};

const source = {
  name: 'source',
  in: 'path',
  required: true,
  description: 'The name of the sender, as the operator of Switchboard configured it.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' },
};

/** Describes `/webhooks/{source}`. */
export const webhookApi: ApiDescription = {
  tag: { name: 'webhooks', description: 'Signed events of senders.' },
  paths: {
    '/webhooks/{source}': {
      post: {
        operationId: 'sendWebhook',
        summary: 'Sends one signed event',
        description:
          'Sign the bytes of the body by the scheme of the source; these are the headers of the scheme `platform`. ' +
          'A source can have names of its own for event types. Repeat a request that was answered 408, 429 or 503, ' +
          'with the same id and a new signature.',
        parameters: [
          source,
          {
            name: 'x-webhook-timestamp',
            in: 'header',
            description: 'Seconds since 1970. The request is valid for five minutes before and after that time.',
            schema: { type: 'string', pattern: '^[0-9]{1,12}$' },
          },
        ],
        requestBody: { required: true, content: { 'application/json': { schema: ref('Webhook') } } },
        responses: {
          200: accepted,
          ...refusalResponses(),
        },
        security: [{ platformSignature: [] }],
      },
      get: {
        operationId: 'checkAddress',
        summary: 'Answers a vendor that checks the address',
        description: 'For schemes whose vendor does so before it sends webhooks, such as `meta`. Others answer 405.',
        parameters: [source],
        responses: {
          200: { description: 'What the vendor expects.', content: { 'text/plain': { schema: { type: 'string' } } } },
          ...refusalResponses(['signature', 'address', 'unknown_source', 'method', 'ip_rate']),
        },
        security: [],
      },
    },
  },
  schemas: {
    Webhook: {
      description: 'One event in one of three shapes. Numbers may be text, and unknown fields are kept.',
      anyOf: publicEventTypes.map(bodyOf),
    },
    Accepted: {
      type: 'object',
      required: ['received'],
      properties: {
        received: { const: true },
        conversationId: { type: 'string' },
        id: { type: 'string', description: 'The id of an event without a conversation.' },
        duplicate: { type: 'boolean', description: 'The event was in Kafka already.' },
      },
    },
    Skipped: {
      type: 'object',
      required: ['skipped', 'reason'],
      properties: { skipped: { const: true }, reason: { type: 'string' }, hint: { type: 'string' } },
    },
    Refusal: refusalSchema,
    Problems: problemsSchema,
  },
  securitySchemes: {
    platformSignature: {
      type: 'apiKey',
      in: 'header',
      name: 'x-webhook-signature',
      description:
        "The hex HMAC-SHA256 of the body with the source's secret; with `x-webhook-timestamp`, that of `<timestamp>.<body>`.",
    },
  },
};
