import { createHmac } from 'node:crypto';
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
  /** Sends a signed webhook. */
  send(source: string, event: object): Promise<EventAnswer>;
}

/** Short enough for a person who waits: slower actions answer by a message. */
const WAIT_SECONDS = 4;

export function createServices(options: ServicesOptions): Services {
  const { actionsUrl, contextUrl, ingestUrl, secret, contextKey } = options;
  const signed = (body: string): string => createHmac('sha256', secret).update(body).digest('hex');

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
      const body = JSON.stringify(event);
      const seconds = String(Math.floor(Date.now() / 1_000));
      const answer = await httpCall({
        method: 'POST',
        url: `${ingestUrl}/webhooks/${encodeURIComponent(source)}`,
        headers: { 'x-webhook-timestamp': seconds, 'x-webhook-signature': signed(`${seconds}.${body}`) },
        body,
      });
      if (answer === undefined) return { kind: 'down', url: ingestUrl };
      return answer.status === 200 ? { kind: 'sent' } : { kind: 'refused', status: answer.status };
    },
  };
}
