import { setTimeout as sleep } from 'node:timers/promises';
import { signatureOf, type Webhook } from './sample-event.ts';

export interface Sending<W extends Webhook> {
  /** Where ingest listens. */
  url: string;
  secret: string;
  count: number;
  /** Events a second, on a fixed schedule; as fast as they are answered when undefined. */
  rate: number | undefined;
  next: () => W;
  onAnswer: (answer: Answer, event: W) => void;
}

export interface Answer {
  /** 0 when there was none. */
  status: number;
  /** The body, or why there was no answer. */
  text: string;
  ms: number;
}

const MOST_AT_ONCE = 64;
const ANSWER_LIMIT_MS = 10_000;

/** Signs and sends events; returns when each was answered. */
export async function sendEvents<W extends Webhook>(sending: Sending<W>): Promise<void> {
  const { url, secret, count, rate, next, onAnswer } = sending;
  const startedAt = performance.now();
  const pending = new Set<Promise<void>>();
  for (let index = 0; index < count; index += 1) {
    if (rate !== undefined) await sleep(Math.max(startedAt + (index * 1_000) / rate - performance.now(), 0));
    while (pending.size >= MOST_AT_ONCE) await Promise.race(pending);
    const event = next();
    const sent = send(url, secret, event).then((answer) => onAnswer(answer, event));
    pending.add(sent);
    void sent.finally(() => pending.delete(sent));
  }
  await Promise.all(pending);
}

async function send(url: string, secret: string, { source, body }: Webhook): Promise<Answer> {
  const startedAt = performance.now();
  const answer = (status: number, text: string): Answer => ({ status, text, ms: performance.now() - startedAt });
  try {
    const response = await fetch(new URL(`/webhooks/${encodeURIComponent(source)}`, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-webhook-signature': signatureOf(body, secret) },
      body,
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    return answer(response.status, await response.text());
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    return answer(0, cause?.code ?? cause?.message ?? message);
  }
}
