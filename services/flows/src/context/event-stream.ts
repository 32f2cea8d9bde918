import type { FastifyReply } from 'fastify';
import type { Update } from './context-difference.ts';

/** Keeps proxies from closing an idle connection. */
const HEARTBEAT_MS = 15_000;
/** Ends a stream after this long or up to a fifth less, so that a caller who may no longer read is refused. */
const LONGEST_MS = 15 * 60_000;
const PAUSE_MS = 2_000;
/** What may wait for a slow reader. A single state may be larger. */
export const MOST_WAITING_BYTES = 65_536;

export type StreamEnd = 'closed' | 'slow';

export interface EventStream {
  send(update: Update): void;
  end(): void;
}

/** Answers with server-sent events. `onEnd` is called once, whoever ends the stream. */
export function openEventStream(reply: FastifyReply, onEnd: (why: StreamEnd) => void): EventStream {
  reply.hijack();
  const { raw } = reply;
  let why: StreamEnd = 'closed';

  function write(text: string): void {
    if (raw.destroyed || raw.writableEnded) return;
    if (raw.writableLength > MOST_WAITING_BYTES) {
      why = 'slow';
      raw.destroy();
    } else {
      raw.write(text);
    }
  }

  const end = () => void raw.end();
  const heartbeat = setInterval(() => write(': heartbeat\n\n'), HEARTBEAT_MS);
  const last = setTimeout(end, LONGEST_MS * (1 - Math.random() / 5));
  raw.once('close', () => {
    clearInterval(heartbeat);
    clearTimeout(last);
    onEnd(why);
  });
  raw.on('error', () => {});
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  write(`retry: ${PAUSE_MS}\n\n`);
  return {
    // JSON has no line breaks.
    send: ({ event, version, data }) => write(`event: ${event}\nid: ${version}\ndata: ${JSON.stringify(data)}\n\n`),
    end,
  };
}
