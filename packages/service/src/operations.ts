import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { CheckResult, Health } from './health.ts';
import { isLocal } from './local-request.ts';

interface Operations {
  health: Pick<Health, 'run'>;
  metrics: Registry;
  /** False until the service has started, and again from when it stops. */
  serves(): 'starting' | 'serving' | 'stopping';
  /**
   * `everyone` on a separate port, which a network policy can close. On the service's port, other machines get 404 from
   * `/health` and `/metrics`, and only a status from the probes.
   */
  audience: 'everyone' | 'local';
}

/** The routes every service answers: `/livez`, `/readyz`, `/health` and `/metrics`. */
export function registerOperations(http: FastifyInstance, { health, metrics, serves, audience }: Operations): void {
  http.get('/livez', async () => ({ status: 'ok' }));

  http.get('/readyz', async (request, reply) => {
    const state = serves();
    if (state !== 'serving') return reply.code(503).send({ status: state });
    const failed = Object.entries(await health.run()).filter(([, { status, required }]) => required && status !== 'ok');
    if (failed.length === 0) return { status: 'ok' };
    const names = isAnswered(request) ? { failed: failed.map(([name]) => name) } : {};
    return reply.code(503).send({ status: 'not ready', ...names });
  });

  http.get('/health', async (request, reply) => {
    if (!isAnswered(request)) return reply.callNotFound();
    const checks = await health.run();
    const ok = Object.values(checks).every(({ status }) => status === 'ok');
    const shown = isLocal(request.raw) ? checks : Object.fromEntries(Object.entries(checks).map(withoutError));
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'degraded', checks: shown });
  });

  http.get('/metrics', async (request, reply) => {
    if (!isAnswered(request)) return reply.callNotFound();
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });

  const isAnswered = (request: FastifyRequest): boolean => audience === 'everyone' || isLocal(request.raw);
}

/** Messages name hosts and ports of the network inside. */
const withoutError = ([name, { error, ...result }]: [string, CheckResult]): [string, CheckResult] => [name, result];
