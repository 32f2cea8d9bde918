import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

export interface TargetOptions {
  /** Names it in metrics, logs and errors: `hubspot`. */
  name: string;
  /** From the operator's configuration, therefore trusted; paths are put behind it. */
  baseUrl: string;
  logger: Logger;
  metrics?: Registry;
}

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the base URL; parts that come from an event are passed through encodeURIComponent by the caller. */
  path: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Statuses that are an answer here, such as 404 on a look-up; others than these and 2xx are thrown. */
  accept?: readonly number[];
  signal?: AbortSignal;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON; undefined when there is no content. */
  readonly body: unknown;
}

/** One outside system. */
export interface Target {
  readonly name: string;
  /** @throws OutboundError */
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /** Throws while the breaker is open; asks nothing of the target itself. */
  check(): void;
  close(): Promise<void>;
}

export function createTarget(options: TargetOptions): Target {
  throw new Error(`not implemented: ${options.name}`);
}
