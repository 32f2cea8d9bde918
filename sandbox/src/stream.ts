import type { ServerResponse } from 'node:http';
import { type Board, type Card, MOST_REFUSALS, type Refusal } from './board.ts';
import type { Faults } from './faults.ts';

export interface StreamDeps {
  board: Board;
  faults: Pick<Faults, 'list'>;
}

/** Looks live, and bounds the traffic at thousands of changes a second. */
const FLUSH_MS = 150;
/** Proxies close silent connections. */
const BEAT_MS = 15_000;
const RECONNECT_MS = 1_000;

/**
 * Streams server-sent events: first the whole board, then batches of changes, and the faults whenever they change. A
 * client that falls behind gets the whole board again once it catches up, so nothing queues up here.
 */
export function openStream(response: ServerResponse, { board, faults }: StreamDeps, closing: AbortSignal): void {
  let changed = new Map<string, Card | null>();
  let refused: Refusal[] = [];
  let isStale = true;
  let sentFaults = '';
  let silentMs = 0;

  function send(event: string, json: string): void {
    silentMs = 0;
    response.write(`event: ${event}\ndata: ${json}\n\n`);
  }

  function sendChanges(): void {
    const entries = [...changed];
    const change = {
      cards: entries.flatMap(([, card]) => card ?? []),
      removed: entries.flatMap(([key, card]) => (card === null ? [key] : [])),
      refused,
      totals: board.totals(),
    };
    send('change', JSON.stringify(change));
  }

  function flush(): void {
    silentMs += FLUSH_MS;
    const hasChanged = changed.size > 0 || refused.length > 0;
    if (response.writableNeedDrain) isStale ||= hasChanged;
    else if (isStale) {
      isStale = false;
      send('all', JSON.stringify({ cards: board.cards(), refused: board.refusals(), totals: board.totals() }));
    } else if (hasChanged) sendChanges();
    changed = new Map();
    refused = [];
    if (response.writableNeedDrain) return;
    const current = JSON.stringify(faults.list());
    if (current !== sentFaults) {
      sentFaults = current;
      send('faults', current);
    }
    if (silentMs < BEAT_MS) return;
    silentMs = 0;
    response.write(': beat\n\n');
  }

  const unsubscribe = board.subscribe((change) => {
    if ('cleared' in change) {
      isStale = true;
    } else if ('refused' in change) {
      refused = [...refused, change.refused].slice(-MOST_REFUSALS);
    } else {
      const [key, card] = 'put' in change ? [change.put.key, change.put] : [change.removed, null];
      // Moves the latest change to the end.
      changed.delete(key);
      changed.set(key, card);
    }
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
