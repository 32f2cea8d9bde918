import { createSemaphore, type Semaphore } from '@switchboard/async';
import { untraced } from '@switchboard/tracing';
import { Agent } from 'undici';
import { createAdmission } from './admission.ts';
import { createCaller } from './caller.ts';
import { createExchange } from './exchange.ts';
import { createOutboundMetrics } from './metrics.ts';
import { OutboundError } from './outbound-error.ts';
import type { OutboundRequest, OutboundResponse, TargetOptions } from './target.ts';
import { createUrlGuard, ForbiddenAddressError, type GuardOptions } from './url-guard.ts';
import { withPermit } from './with-permit.ts';

export interface GuardedTargetOptions extends Omit<TargetOptions, 'baseUrl' | 'auth' | 'tellTrace'>, GuardOptions {}

export interface GuardedRequest extends Omit<OutboundRequest, 'path' | 'query'> {
  /** Chosen by an event or a user. */
  url: string;
}

/**
 * Many outside systems with addresses from events or users. Reaches public addresses only and follows no redirects.
 * Failures of one system do not affect the others: there is no breaker, and no failure pauses the service. Answers need
 * not be JSON.
 */
export interface GuardedTarget {
  readonly name: string;
  /** @throws OutboundError, or the signal's reason when it was aborted */
  request(request: GuardedRequest): Promise<OutboundResponse>;
  close(): Promise<void>;
}

export function createGuardedTarget(options: GuardedTargetOptions): GuardedTarget {
  const { name, timeoutMs = 10_000, concurrency = 16, maxResponseBytes = 65_536 } = options;
  const guard = createUrlGuard(options, timeoutMs);
  // Limits requests per host, so that a slow host leaves room for others.
  const perHost = Math.max(1, Math.floor(concurrency / 4));
  const semaphores = new Map<string, Semaphore>();
  const dispatcher = new Agent({
    connections: perHost,
    allowH2: false,
    connect: guard.connect,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  // The path of a webhook is often its secret.
  const exchange = createExchange({
    target: name,
    dispatcher,
    timeoutMs,
    maxResponseBytes,
    statusOnly: true,
    hidePath: true,
  });
  const metrics = createOutboundMetrics(options.metrics, name);
  const { tracer = untraced } = options;
  const call = createCaller({ name, exchange, admission: createAdmission({ concurrency }), metrics, tracer });

  function locate(text: string): URL {
    try {
      return guard.parse(text);
    } catch (error) {
      if (!(error instanceof ForbiddenAddressError)) throw error;
      throw new OutboundError('FORBIDDEN_ADDRESS', `${name}: ${error.message}`, { target: name, retry: 'never' });
    }
  }

  async function withPermitOf<T>(host: string, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    const semaphore = semaphores.get(host) ?? createSemaphore(perHost);
    semaphores.set(host, semaphore);
    try {
      return await withPermit(semaphore, signal, run);
    } finally {
      if (semaphore.taken === 0) semaphores.delete(host);
    }
  }

  return {
    name,
    async request({ url: text, headers = {}, ...request }) {
      const url = locate(text);
      return withPermitOf(url.host, request.signal, () =>
        call({ answer: 'any', ...request, headers: { ...options.headers, ...headers }, url }),
      );
    },
    close: () => dispatcher.destroy(),
  };
}
