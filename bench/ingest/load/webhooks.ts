import { createHmac } from 'node:crypto';
import { catalogue } from '@switchboard/events';

export interface Webhooks {
  /** The next unique signed request, as wire bytes. */
  next(): Buffer;
  /** Signs this many in advance, so that `next` costs nothing during the measurement. */
  prepare(count: number): void;
}

const ID = '{id}';

/** Escalations of about 1 KB, each of a new conversation; `run` distinguishes the loads. */
export function createWebhooks({ secret, run }: { secret: string; run: string }): Webhooks {
  const { example } = catalogue['conversation.escalated'];
  const data = { ...example, conversationId: ID };
  const body = JSON.stringify({ event: 'conversation.escalated', timestamp: '2026-01-15T10:30:00Z', data });
  const [before = '', after = ''] = body.split(ID);
  let ready: Buffer[] = [];
  let used = 0;
  let signed = 0;

  function sign(): Buffer {
    signed += 1;
    const text = `${before}conv-${run}-${signed}${after}`;
    const head =
      'POST /webhooks/escalation HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(text)}\r\n` +
      `x-webhook-signature: ${createHmac('sha256', secret).update(text).digest('hex')}\r\n\r\n`;
    return Buffer.from(head + text);
  }

  return {
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
