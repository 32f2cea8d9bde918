import { createHmac } from 'node:crypto';
import { catalogue } from '@switchboard/events';

/** `plain`: the fields have the schema's names. `mapped`: a platform's own. `batch`: 100 plain events of an API client. */
export type RequestKind = 'plain' | 'mapped' | 'batch';

export interface Webhooks {
  /** How many events a request holds. */
  readonly eventsEach: number;
  /** The next unique signed request, as wire bytes. */
  next(): Buffer;
  /** Signs this many in advance, so that `next` costs nothing during the measurement. */
  prepare(count: number): void;
}

const ID = '{id}';

interface WebhooksOptions {
  /** What signs webhooks, or the API key of a batch. */
  secret: string;
  /** Distinguishes the loads. */
  run: string;
  kind?: RequestKind;
}

const BATCH = 100;

/** Escalations of about 1 KB, each of a new conversation. */
export function createWebhooks({ secret, run, kind = 'plain' }: WebhooksOptions): Webhooks {
  const { example } = catalogue['conversation.escalated'];
  const data = { ...(kind === 'mapped' ? asPlatformsSend(example) : example), conversationId: ID };
  const body = JSON.stringify({ event: 'conversation.escalated', timestamp: '2026-01-15T10:30:00Z', data });
  const [before = '', after = ''] = body.split(ID);
  let ready: Buffer[] = [];
  let used = 0;
  let signed = 0;

  function batch(): Buffer {
    const events = Array.from({ length: BATCH }, () => {
      signed += 1;
      return { type: 'conversation.escalated', data: { ...example, conversationId: `conv-${run}-${signed}` } };
    });
    const text = JSON.stringify(events.map((event) => ({ ...event, time: '2026-01-15T10:30:00Z' })));
    const head =
      'POST /v1/events HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(text)}\r\nauthorization: Bearer ${secret}\r\n\r\n`;
    return Buffer.from(head + text);
  }

  function sign(): Buffer {
    if (kind === 'batch') return batch();
    signed += 1;
    const text = `${before}conv-${run}-${signed}${after}`;
    const head =
      'POST /webhooks/escalation HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(text)}\r\n` +
      `x-webhook-signature: ${createHmac('sha256', secret).update(text).digest('hex')}\r\n\r\n`;
    return Buffer.from(head + text);
  }

  return {
    eventsEach: kind === 'batch' ? BATCH : 1,
    next() {
      const request = ready[used];
      if (request === undefined) return sign();
      used += 1;
      return request;
    },
    prepare(count) {
      ready = Array.from({ length: count }, sign);
      used = 0;
    },
  };
}

/** The same fields where chatbot platforms write them. */
function asPlatformsSend(example: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { customer, intent, reason, confidence, sessionDuration, transcript, userId, ...rest } = example;
  const { name, email, phone } = (customer ?? {}) as Record<string, unknown>;
  const turns = (transcript ?? []) as Record<string, unknown>[];
  return {
    ...rest,
    customerId: userId,
    customerName: name,
    customerEmail: email,
    customerPhone: phone,
    messages: turns.map(({ role, text, timestamp }) => ({ role, content: text, timestamp })),
    metadata: {
      detectedIntent: intent,
      escalationReason: reason,
      agentConfidence: confidence,
      sessionDurationSeconds: sessionDuration,
    },
  };
}
