import type { ServerResponse } from 'node:http';
import type { Conversations } from './conversations.ts';

export interface ChatStreamDeps {
  conversations: Pick<Conversations, 'of' | 'subscribe'>;
  userId: string;
}

/** Proxies close silent connections. */
const BEAT_MS = 15_000;
const RECONNECT_MS = 1_000;

/**
 * Streams server-sent events: first the whole conversation, then each entry and whether the bot types. A client that
 * falls behind gets the whole conversation again once it catches up, so nothing queues up here.
 */
export function openChatStream(
  response: ServerResponse,
  { conversations, userId }: ChatStreamDeps,
  closing: AbortSignal,
): void {
  let isStale = false;

  const send = (event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const sendAll = (): void => {
    isStale = false;
    send('all', conversations.of(userId));
  };

  const unsubscribe = conversations.subscribe(userId, (change) => {
    if (response.writableNeedDrain) isStale = true;
    else if ('cleared' in change) sendAll();
    else if ('entry' in change) send('entry', change.entry);
    else send('typing', change.isTyping);
  });
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  sendAll();
  const timer = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': beat\n\n');
  }, BEAT_MS);
  const end = (): void => void response.end();
  closing.addEventListener('abort', end);
  response.on('error', () => {});
  response.on('drain', () => {
    if (isStale) sendAll();
  });
  response.once('close', () => {
    clearInterval(timer);
    unsubscribe();
    closing.removeEventListener('abort', end);
  });
}
