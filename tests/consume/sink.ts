import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of the reference consumer to the outside system. */
export interface SinkRequest {
  readonly idempotencyKey: string;
  readonly key: string;
  readonly number: number;
  readonly attempt: number;
}

export interface Effect extends SinkRequest {
  readonly at: number;
}

/** `hang` never responds; `lostAnswer` performs the effect and breaks the connection; `down` is the system that is. */
export type SinkAnswer = { status?: number; delayMs?: number; hang?: boolean; lostAnswer?: boolean; down?: string };

/**
 * Simulates an outside system with idempotency keys, and records which effects took place, in which order, and which
 * requests were repeated.
 */
export interface Sink {
  readonly url: string;
  readonly effects: readonly Effect[];
  /** Requests for an effect that already took place. */
  readonly repeats: readonly SinkRequest[];
  /** The arrival times of requests, whatever their outcome. */
  readonly calls: readonly { at: number; request: SinkRequest }[];
  /** Decides the outcome of each request; undefined performs the effect. */
  respond: (request: SinkRequest, nth: number) => SinkAnswer | undefined;
  close(): Promise<void>;
}

export async function createSink(): Promise<Sink> {
  const effects: Effect[] = [];
  const repeats: SinkRequest[] = [];
  const calls: { at: number; request: SinkRequest }[] = [];
  const known = new Set<string>();
  const asked = new Map<string, number>();

  const server = createServer(async (incoming, response) => {
    const request = JSON.parse(await bodyOf(incoming)) as SinkRequest;
    calls.push({ at: Date.now(), request });
    const nth = (asked.get(request.idempotencyKey) ?? 0) + 1;
    asked.set(request.idempotencyKey, nth);
    const {
      down,
      status = down === undefined ? 200 : 503,
      delayMs = 0,
      hang = false,
      lostAnswer = false,
    } = sink.respond(request, nth) ?? {};
    if (hang) return;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (status === 200) {
      if (known.has(request.idempotencyKey)) repeats.push(request);
      else effects.push({ ...request, at: Date.now() });
      known.add(request.idempotencyKey);
    }
    if (lostAnswer) incoming.socket.destroy();
    else response.writeHead(status, down === undefined ? {} : { target: down }).end();
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const sink: Sink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    repeats,
    calls,
    respond: () => undefined,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return sink;
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
  return body;
}

/** The numbers of each key in the order of their effects. */
export function numbersByKey(effects: readonly Effect[]): Map<string, number[]> {
  const byKey = new Map<string, number[]>();
  for (const { key, number } of effects) {
    const numbers = byKey.get(key);
    if (numbers === undefined) byKey.set(key, [number]);
    else numbers.push(number);
  }
  return byKey;
}

/** The number of effects that came after one with a higher number of the same key. */
export function inversions(effects: readonly Effect[]): number {
  let count = 0;
  for (const numbers of numbersByKey(effects).values()) {
    for (let index = 1; index < numbers.length; index += 1) {
      if ((numbers[index] as number) < (numbers[index - 1] as number)) count += 1;
    }
  }
  return count;
}
