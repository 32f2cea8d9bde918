import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, SendError } from '@switchboard/client';
import type { Webhook } from './sample-event.ts';

export interface Sending<W extends Webhook> {
  /** Where ingest listens. */
  url: string;
  secret: string;
  count: number;
  /** Events a second, on a fixed schedule; as fast as they are answered when undefined. */
  rate: number | undefined;
  next: () => W;
  onAnswer: (answer: Answer, event: W) => void;
  /** Default: signed as the platform does, by the client that senders use. */
  deliver?: Deliver<W> | undefined;
}

/** Sends a webhook. Its status is 0 if there was no answer; the text says why. */
export type Deliver<W extends Webhook> = (event: W) => Promise<Pick<Answer, 'status' | 'text'>>;

export interface Answer {
  /** 0 when there was none. */
  status: number;
  /** The body, or why there was no answer. */
  text: string;
  ms: number;
}

/** Requests that wait for their answers. */
export const MOST_AT_ONCE = 64;

/** Signs and sends events; returns when each was answered. */
export async function sendEvents<W extends Webhook>(sending: Sending<W>): Promise<void> {
  const { url, secret, count, rate, next, onAnswer, deliver = platform(url, secret) } = sending;
  const startedAt = performance.now();
  const pending = new Set<Promise<void>>();
  for (let index = 0; index < count; index += 1) {
    if (rate !== undefined) await sleep(Math.max(startedAt + (index * 1_000) / rate - performance.now(), 0));
    while (pending.size >= MOST_AT_ONCE) await Promise.race(pending);
    const event = next();
    const sent = send(deliver, event).then((answer) => onAnswer(answer, event));
    pending.add(sent);
    void sent.finally(() => pending.delete(sent));
  }
  await Promise.all(pending);
}

async function send<W extends Webhook>(deliver: Deliver<W>, event: W): Promise<Answer> {
  const startedAt = performance.now();
  const { status, text } = await deliver(event);
  return { status, text, ms: performance.now() - startedAt };
}

const platform =
  (url: string, secret: string): Deliver<Webhook> =>
  async ({ source, body }) => {
    try {
      // Every answer is shown, so nothing is repeated.
      const sent = await createClient({ url, source, secret, retry: false }).sendRaw(body);
      return { status: 200, text: JSON.stringify(sent.answer) };
    } catch (error) {
      return answerOf(error);
    }
  };

/** @throws the error, unless the client says by it how an event was not accepted */
export function answerOf(error: unknown): Pick<Answer, 'status' | 'text'> {
  if (!(error instanceof SendError)) throw error;
  const { status = 0, answer: text, cause, message } = error;
  return { status, text: text ?? (cause as NodeJS.ErrnoException | undefined)?.code ?? message };
}
