import type { EffectKind, SystemName } from './effect.ts';
import type { JsonObject } from './json.ts';

export interface SystemRequest {
  readonly method: string;
  /** The API's own, without the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON or form. */
  readonly body: unknown;
}

export interface Answer {
  readonly kind: EffectKind;
  readonly status: number;
  /** Sent as JSON; nothing when undefined. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = (request: SystemRequest) => Answer;

/** The stand-in of one outside API. */
export interface System {
  readonly name: SystemName;
  /** `POST /path/:param`, as Fastify understands it. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Whether the request carries what the API asks for. */
  authenticate(headers: SystemRequest['headers'], path: string): boolean;
  /** The API's own way to refuse: its shape of a 401, of an unknown route, of a rate limit. */
  refusal(status: number): Answer;
  /** For APIs that answer errors of their own kind with 200. */
  failure?(error: string): Answer;
  /** For APIs whose tokens expire. */
  expireTokens?(): void;
  /** Forgets all records. */
  clear(): void;
}

/** What a system is made of beside its own records. */
export interface Surroundings {
  /** How far a search is behind, as set by a fault. */
  indexLagMs(): number;
}

export const effect = (status: number, body?: unknown, headers?: Answer['headers']): Answer => ({
  kind: 'effect',
  status,
  body,
  ...(headers === undefined ? {} : { headers }),
});

/** Nothing was changed. */
export const lookup = (body: unknown, status = 200): Answer => ({ kind: 'lookup', status, body });

export const refuse = (status: number, body?: JsonObject | readonly JsonObject[]): Answer => ({
  kind: 'refused',
  status,
  body,
});

/** Thrown in a route: the request is answered with this. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}
