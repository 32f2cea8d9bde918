import { type Tracer, untraced } from '@switchboard/tracing';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { Agent } from 'undici';
import { createAdmission } from './admission.ts';
import { type Auth, createAuthenticator } from './auth.ts';
import { createBreaker } from './breaker.ts';
import { createCaller } from './caller.ts';
import { createExchange } from './exchange.ts';
import { createOutboundMetrics } from './metrics.ts';
import { OutboundError } from './outbound-error.ts';
import { createRefusals } from './refusals.ts';
import { isRefusal, refusedCredentials, refusedThroughout } from './status.ts';

export interface TargetLimits {
  /** How long a request may take, from its start to the last byte of the answer; default 10 s. */
  timeoutMs?: number;
  /** Requests at a time, default 16; others wait. After three failures in a row only one, until one succeeds. */
  concurrency?: number;
  /** How many may wait, each for 1 s at most; the error of others is `BUSY`. Default: all wait as long as they like. */
  queue?: number | undefined;
  /** Requests a second. Default: no limit. */
  ratePerSecond?: number | undefined;
  /** The maximum size of an answer, inflated; default 1 MiB. */
  maxResponseBytes?: number;
}

export interface TargetOptions extends TargetLimits {
  /** Names it in logs and errors: `hubspot`, `acme/hubspot`. */
  name: string;
  /** Names it in metrics, which need a bounded number of names; default its name. */
  label?: string;
  /** From the operator's configuration, so it is trusted; paths are appended to it. */
  baseUrl: string;
  auth?: Auth | undefined;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  logger: Logger;
  metrics?: Registry;
  tracer?: Tracer;
  /** Whether requests carry a `traceparent` header, default false: only our own systems should get it. */
  tellTrace?: boolean;
  /** Called when the breaker opens: the target counts as down. */
  onDown?: () => void;
}

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Appended to the base URL. The caller applies encodeURIComponent to parts that come from an event. */
  path: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Makes further headers of the bytes that are sent, for each try. */
  sign?: (body: string) => Readonly<Record<string, string>>;
  /** Statuses to return besides 2xx, such as 404 for a look-up. Others are thrown. */
  accept?: readonly number[];
  /** With `any`, an answer that is not JSON is accepted, and its body is undefined. */
  answer?: 'json' | 'any';
  signal?: AbortSignal;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON; undefined for an empty answer. */
  readonly body: unknown;
}

/** One outside system. */
export interface Target {
  readonly name: string;
  /** @throws OutboundError, or the signal's reason when it was aborted */
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /**
   * For an accepted status that turns out to be a refusal: counts it, and returns the error to throw when the target
   * refuses one request after the other.
   */
  refusal(request: Pick<OutboundRequest, 'method' | 'path'>, status: number): OutboundError | undefined;
  /**
   * For an API that refuses our credentials with a 2xx status: records it until the next success, and returns the error
   * to throw. `code` is the API's own code, such as `invalid_auth`.
   */
  credentialsRefused(request: Pick<OutboundRequest, 'method' | 'path'>, code: string): OutboundError;
  /** Throws while the breaker is open or the target refuses us; sends no request. */
  check(): void;
  close(): Promise<void>;
}

/** @throws OutboundError when an option cannot be used */
export function createTarget(options: TargetOptions): Target {
  const { name, timeoutMs = 10_000, concurrency = 16, maxResponseBytes = 1_048_576 } = options;
  const { tracer = untraced, tellTrace = false } = options;
  const base = readBaseUrl(name, options.baseUrl);
  const metrics = createOutboundMetrics(options.metrics, options.label ?? name);
  const breaker = createBreaker((state) => {
    metrics.breaker(state);
    const level = state === 'open' ? 'warn' : 'info';
    options.logger[level]({ target: name, breaker: state }, 'the breaker of an outside system changed');
    if (state === 'open') options.onDown?.();
  });
  metrics.breaker(breaker.state);
  const dispatcher = new Agent({
    connections: concurrency,
    allowH2: false,
    connect: { timeout: timeoutMs },
    // The timeout of the whole request replaces them.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const exchange = createExchange({ target: name, dispatcher, timeoutMs, maxResponseBytes });
  const authenticator = createAuthenticator(name, options.auth, exchange);
  const refusals = createRefusals();
  const { queue, ratePerSecond } = options;
  const admission = createAdmission({ concurrency, queue, ratePerSecond });
  const call = createCaller({
    ...{ name, exchange, breaker, authenticator, refusals, admission, metrics, tracer, tellTrace },
  });

  return {
    name,
    async request({ path, query = {}, headers = {}, ...request }) {
      const url = locate(name, base, path, query);
      return call({ ...request, headers: { ...options.headers, ...headers }, url });
    },
    refusal({ method, path }, status) {
      if (!isRefusal(status) || !refusals.refused(method)) return undefined;
      const url = locate(name, base, path, {});
      const error = refusedThroughout(name, exchange.describe({ method, url }), status);
      refusals.refusesUs(error, method);
      return error;
    },
    credentialsRefused({ method, path }, code) {
      const url = locate(name, base, path, {});
      const error = refusedCredentials(name, exchange.describe({ method, url }), code);
      refusals.refusesUs(error, method);
      return error;
    },
    check() {
      const { reason } = refusals;
      if (reason !== undefined) throw new OutboundError('AUTHENTICATION_FAILED', reason, { target: name });
      if (breaker.state !== 'closed') {
        throw new OutboundError('UNAVAILABLE', `${name} does not answer as it should`, { target: name });
      }
    },
    close() {
      metrics.closed();
      return dispatcher.destroy();
    },
  };
}

function readBaseUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password + url.search + url.hash !== '') {
    const message = `${name}: the base URL must be one of http or https, without credentials and without a query`;
    throw new OutboundError('INVALID_OPTION', message, { target: name });
  }
  return url;
}

/** @throws OutboundError when the resolved path differs from the given one, such as a path with `..` */
function locate(name: string, base: URL, path: string, query: Readonly<Record<string, string>>): URL {
  const pathname = base.pathname.replace(/\/$/, '') + path;
  const url = new URL(base);
  url.pathname = pathname;
  if (!path.startsWith('/') || url.pathname !== pathname) {
    const message = `${name}: a path must begin with / and have its parts encoded by encodeURIComponent, none of them . or ..`;
    throw new OutboundError('INVALID_OPTION', message, { target: name, retry: 'never' });
  }
  url.search = new URLSearchParams(query).toString();
  return url;
}
