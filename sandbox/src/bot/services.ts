import { createHmac } from 'node:crypto';
import { createClient, SendError, type WebhookEvent } from '@switchboard/client';
import type { Conversation } from '../chat/conversations.ts';
import { type ActionAnswer, actionAnswer, type Down } from './answer.ts';
import { httpCall } from './http-call.ts';

export interface ServicesOptions {
  readonly actionsUrl: string;
  readonly contextUrl: string;
  readonly ingestUrl: string;
  /** Signs what is sent to actions and to ingest. */
  readonly secret: string;
  readonly contextKey: string;
  /** For how long an event that did not arrive is sent again; default 4 s. */
  readonly repeatMs?: number;
}

export interface ActionCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The token of a change that the person confirmed. */
  readonly confirm?: string;
  /** For a change: the same key changes once. */
  readonly idempotencyKey?: string;
}

/** What Switchboard knows of a person: undefined when it knows nothing. */
export type ContextAnswer =
  | { readonly kind: 'known'; readonly body: unknown }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly status: number }
  | Down;

export type EventAnswer = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly status: number } | Down;

/** The services that the bot calls, as a chatbot platform calls them. */
export interface Services {
  call(conversation: Conversation, action: ActionCall): Promise<ActionAnswer>;
  context(scope: 'users' | 'conversations', id: string): Promise<ContextAnswer>;
  /** Sends a signed webhook, and repeats it while a person can wait. */
  send(source: 'chatbot' | 'escalation', event: WebhookEvent): Promise<EventAnswer>;
}

/** Short enough for a person who waits: slower actions answer by a message. */
const WAIT_SECONDS = 4;

export function createServices(options: ServicesOptions): Services {
  const { actionsUrl, contextUrl, ingestUrl, secret, contextKey, repeatMs = WAIT_SECONDS * 1_000 } = options;
  const signed = (body: string): string => createHmac('sha256', secret).update(body).digest('hex');
  const clientOf = (source: string) => createClient({ url: ingestUrl, source, secret, retry: { forMs: repeatMs } });
  const clients = { chatbot: clientOf('chatbot'), escalation: clientOf('escalation') };

  return {
    async call({ person, conversationId }, { name, input, confirm, idempotencyKey }) {
      const { email, userId } = person;
      const body = JSON.stringify({
        email,
        userId,
        conversationId,
        input,
        ...(confirm === undefined ? {} : { confirm }),
      });
      const answer = await httpCall({
        method: 'POST',
        url: `${actionsUrl}/v1/actions/${encodeURIComponent(name)}`,
        headers: {
          'x-signature': signed(body),
          prefer: `wait=${WAIT_SECONDS}`,
          'accept-language': 'en',
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        body,
      });
      return answer === undefined ? { kind: 'down', url: actionsUrl } : actionAnswer(answer);
    },
    async context(scope, id) {
      const answer = await httpCall({
        method: 'GET',
        url: `${contextUrl}/v1/context/${scope}/${encodeURIComponent(id)}`,
        headers: { authorization: `Bearer ${contextKey}` },
      });
      if (answer === undefined) return { kind: 'down', url: contextUrl };
      if (answer.status === 404) return { kind: 'unknown' };
      return answer.status === 200 ? { kind: 'known', body: answer.body } : { kind: 'refused', status: answer.status };
    },
    async send(source, event) {
      try {
        await clients[source].send(event);
        return { kind: 'sent' };
      } catch (error) {
        if (!(error instanceof SendError)) throw error;
        const { status } = error;
        return status === undefined ? { kind: 'down', url: ingestUrl } : { kind: 'refused', status };
      }
    },
  };
}
