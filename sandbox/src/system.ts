import type { EffectKind, SystemName } from './effect.ts';
import type { JsonObject } from './json.ts';

export interface SystemRequest {
  readonly method: string;
  /** The path within the API, without the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON or form. */
  readonly body: unknown;
}

export interface Answer {
  readonly kind: EffectKind;
  readonly status: number;
  /** Sent as JSON. Undefined sends no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = (request: SystemRequest) => Answer;

/** The stand-in for one outside API. */
export interface System {
  readonly name: SystemName;
  /** Keys such as `POST /path/:param`, in Fastify's syntax. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Whether the request has valid credentials. */
  authenticate(headers: SystemRequest['headers'], path: string): boolean;
  /** Error answers in the API's own shape, such as a 401, an unknown route or a rate limit. */
  refusal(status: number): Answer;
  /** For APIs that answer errors with 200. */
  failure?(error: string): Answer;
  /** For APIs whose tokens expire. */
  expireTokens?(): void;
  /** Deletes all records. */
  clear(): void;
}

/** The dependencies of a system. */
export interface Surroundings {
  /** The lag of the search, as set by a fault. */
  indexLagMs(): number;
}

export const effect = (status: number, body?: unknown, headers?: Answer['headers']): Answer => ({
  kind: 'effect',
  status,
  body,
  ...(headers === undefined ? {} : { headers }),
});

/** An answer to a request that changed nothing. */
export const lookup = (body: unknown, status = 200): Answer => ({ kind: 'lookup', status, body });

export const refuse = (status: number, body?: JsonObject | readonly JsonObject[]): Answer => ({
  kind: 'refused',
  status,
  body,
});

/** Routes throw this to refuse a request with an answer. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}
