import type { Span, SpanAttributes, Tracer } from '@switchboard/tracing';
import { type Admission, HeldBack } from './admission.ts';
import type { Authenticator } from './auth.ts';
import type { Breaker, Verdict } from './breaker.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { OutboundMetrics, RequestOutcome } from './metrics.ts';
import { OutboundError } from './outbound-error.ts';
import type { Refusals } from './refusals.ts';
import { failureOf, isRefusal, refusedCredentials, refusedThroughout } from './status.ts';
import type { OutboundRequest, OutboundResponse } from './target.ts';

export interface Call extends Omit<OutboundRequest, 'path' | 'query'> {
  url: URL;
}

export interface CallerParts {
  name: string;
  exchange: Exchange;
  /** Default: no breaker. */
  breaker?: Breaker;
  /** Without authentication, a 401 is not a configuration error but an answer like 403. */
  authenticator?: Authenticator;
  /** Default: each 403 and 404 is the fault of its request. */
  refusals?: Refusals;
  admission: Admission;
  metrics: OutboundMetrics;
  tracer: Tracer;
  tellTrace?: boolean;
}

type Ending =
  | { readonly verdict: Verdict; readonly outcome: 'ok'; readonly response: OutboundResponse }
  | { readonly verdict: Verdict; readonly outcome: Exclude<RequestOutcome, 'ok'>; readonly error: unknown };

/** Carries out a request: breaker, semaphore, credentials, exchange, and the classification of the answer. */
export function createCaller(parts: CallerParts): (call: Call) => Promise<OutboundResponse> {
  const { name, exchange, breaker, authenticator, refusals, admission, metrics, tracer, tellTrace = false } = parts;

  const unavailable = (cause?: unknown): OutboundError => {
    const reason = cause instanceof OutboundError ? ` (last: ${cause.message})` : '';
    const message = `${name} is down${reason}: the service resumes when it is back`;
    return new OutboundError('UNAVAILABLE', message, { target: name, retry: 'when-available', cause });
  };

  /** Not the event's fault, so it spends no attempt. */
  const busy = ({ by, afterMs }: HeldBack): OutboundError => {
    metrics.heldBack(by);
    return new OutboundError('BUSY', `${name} ${BUSY[by]}`, {
      target: name,
      retry: 'when-available',
      retryAfterMs: afterMs,
    });
  };

  /** A target with a breaker is one system, so its rate limit concerns every request to it. */
  function limited(error: OutboundError): OutboundError {
    if (error.status !== 429 || breaker === undefined) return error;
    const { message, target, status, retryAfterMs } = error;
    if (retryAfterMs !== undefined) admission.holdBack(retryAfterMs);
    return new OutboundError('RETRYABLE_STATUS', message, { target, status, retryAfterMs, retry: 'when-available' });
  }

  /** Spans contain neither URLs nor messages, since both may contain personal data. */
  function attempt(call: Call): Promise<Ending> {
    const { method } = call;
    const attributes = (): SpanAttributes => ({ 'http.request.method': method, 'service.peer.name': name });
    return tracer.span({ kind: 'client', name: `${method} ${name}`, attributes }, async (span) => {
      const startedAt = performance.now();
      const ending = await carryOut(tellTrace ? withTrace(call, span) : call);
      metrics.ended(method, ending.outcome, performance.now() - startedAt);
      const status = statusOf(ending);
      if (status !== undefined) span.set(() => ({ 'http.response.status_code': status }));
      if (ending.outcome !== 'ok') span.fail(ending.outcome);
      return ending;
    });
  }

  async function carryOut(call: Call): Promise<Ending> {
    try {
      return { verdict: 'answered', outcome: 'ok', response: await send(call) };
    } catch (error) {
      if (call.signal?.aborted) return { verdict: 'aborted', outcome: 'aborted', error: call.signal.reason };
      if (!(error instanceof OutboundError)) throw error;
      if (error.code === 'AUTHENTICATION_FAILED') refusals?.refusesUs(error, call.method);
      const outcome = error.code.toLowerCase() as Lowercase<typeof error.code>;
      return { verdict: verdictOf(error), outcome, error };
    }
  }

  async function send({
    method,
    url,
    body,
    sign,
    signal,
    headers = {},
    accept = [],
    answer: wanted = 'json',
  }: Call): Promise<OutboundResponse> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const type = content === undefined ? {} : { 'content-type': 'application/json' };
    const sendWith = (credentials: Readonly<Record<string, string>>): Promise<Answer> =>
      exchange(
        {
          method,
          url,
          body: content,
          headers: { accept: 'application/json', ...type, ...headers, ...sign?.(content ?? ''), ...credentials },
        },
        signal,
      );

    const credentials = (await authenticator?.headers(signal)) ?? {};
    let answer = await sendWith(credentials);
    if (answer.status === 401 && authenticator?.renew(credentials)) {
      answer = await sendWith(await authenticator.headers(signal));
    }
    const { status } = answer;
    const request = exchange.describe({ method, url });
    const succeeded = status >= 200 && status < 300;
    if (succeeded) refusals?.succeeded(method);
    else if (!accept.includes(status)) {
      if (status === 401 && authenticator !== undefined) throw refusedCredentials(name, request, status);
      if (isRefusal(status) && refusals?.refused(method)) throw refusedThroughout(name, request, status);
      throw limited(failureOf(name, request, answer));
    }
    const parsed = parse(answer.content);
    if (parsed === NOT_JSON && succeeded && wanted === 'json') {
      throw new OutboundError('BAD_RESPONSE', `${request}: the answer (${status}) is not JSON`, {
        target: name,
        status,
      });
    }
    return { status, headers: answer.headers, body: parsed === NOT_JSON ? undefined : parsed };
  }

  async function callThroughBreaker(call: Call): Promise<OutboundResponse> {
    metrics.started();
    const ending = await (breaker === undefined ? attempt(call) : breaker.run(() => attempt(call))).finally(
      metrics.left,
    );
    if (ending === undefined) throw unavailable();
    if (breaker !== undefined) admission.ended(ending.verdict);
    if (ending.outcome === 'ok') return ending.response;
    // The failure that opens the breaker and the failure of a probe are not the event's fault and spend no attempt.
    const isDown = ending.verdict === 'unreachable' || ending.verdict === 'failed';
    if (isDown && breaker !== undefined && breaker.state !== 'closed') throw unavailable(ending.error);
    throw ending.error;
  }

  return async (call) => {
    if (breaker?.refuses) throw unavailable();
    try {
      return await admission.run(call.signal, () => callThroughBreaker(call));
    } catch (error) {
      throw error instanceof HeldBack ? busy(error) : error;
    }
  };
}

const BUSY: Readonly<Record<HeldBack['by'], string>> = {
  concurrency: 'is busy: its earlier requests have not been answered yet',
  rate: 'has had as many requests as its rate allows',
  retry_after: 'has asked for a pause (Retry-After)',
};

const withTrace = (call: Call, { traceparent }: Span): Call =>
  traceparent === undefined ? call : { ...call, headers: { ...call.headers, traceparent } };

function statusOf(ending: Ending): number | undefined {
  if (ending.outcome === 'ok') return ending.response.status;
  return ending.error instanceof OutboundError ? ending.error.status : undefined;
}

const UNREACHABLE = new Set([502, 503, 504]);

function verdictOf({ code, status = 0 }: OutboundError): Verdict {
  if (code === 'CONNECTION_FAILED' || code === 'TIMEOUT' || UNREACHABLE.has(status)) return 'unreachable';
  return code === 'RETRYABLE_STATUS' && status >= 500 ? 'failed' : 'answered';
}

const NOT_JSON = Symbol('not JSON');

function parse(content: Buffer): unknown {
  if (content.length === 0) return undefined;
  try {
    return JSON.parse(content.toString());
  } catch {
    return NOT_JSON;
  }
}
