import type { ServerResponse } from 'node:http';
import type { Board, Card } from './board.ts';

/** Often enough to look live, seldom enough for thousands of changes a second. */
const FLUSH_MS = 150;
/** Proxies close what is silent. */
const BEAT_MS = 15_000;
const RECONNECT_MS = 1_000;

/**
 * Server-sent events: all cards first, then what changes, gathered. A reader that cannot keep up gets all cards again
 * when it can; nothing piles up for it here.
 */
export function openStream(response: ServerResponse, board: Board, closing: AbortSignal): void {
  let changed = new Map<string, Card | null>();
  let isStale = true;
  let silentMs = 0;

  function send(event: string, data: unknown): void {
    silentMs = 0;
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  function flush(): void {
    silentMs += FLUSH_MS;
    if (response.writableNeedDrain) {
      if (changed.size > 0) isStale = true;
      changed = new Map();
      return;
    }
    if (isStale) {
      isStale = false;
      changed = new Map();
      send('all', { cards: board.cards(), totals: board.totals() });
    } else if (changed.size > 0) {
      const entries = [...changed];
      changed = new Map();
      send('change', {
        cards: entries.flatMap(([, card]) => card ?? []),
        removed: entries.flatMap(([key, card]) => (card === null ? [key] : [])),
        totals: board.totals(),
      });
    } else if (silentMs >= BEAT_MS) {
      silentMs = 0;
      response.write(': beat\n\n');
    }
  }

  const unsubscribe = board.subscribe((change) => {
    if ('cleared' in change) {
      isStale = true;
      return;
    }
    const [key, card] = 'put' in change ? [change.put.key, change.put] : [change.removed, null];
    // What changed last comes last.
    changed.delete(key);
    changed.set(key, card);
  });
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  flush();
  const timer = setInterval(flush, FLUSH_MS);
  const end = (): void => void response.end();
  closing.addEventListener('abort', end);
  response.on('error', () => {});
  response.once('close', () => {
    clearInterval(timer);
    unsubscribe();
    closing.removeEventListener('abort', end);
  });
}
