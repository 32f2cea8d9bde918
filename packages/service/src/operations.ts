import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';

interface Operations {
  health: Pick<Health, 'run'>;
  metrics: Registry;
  started(): boolean;
  stopping: AbortSignal;
}

/** The routes every service answers: `/livez`, `/readyz`, `/health` and `/metrics`. */
export function registerOperations(http: FastifyInstance, { health, metrics, started, stopping }: Operations): void {
  http.get('/livez', async () => ({ status: 'ok' }));

  http.get('/readyz', async (_request, reply) => {
    if (stopping.aborted) return reply.code(503).send({ status: 'stopping' });
    if (!started()) return reply.code(503).send({ status: 'starting' });
    const failed = Object.entries(await health.run()).filter(([, { status, required }]) => required && status !== 'ok');
    if (failed.length === 0) return { status: 'ok' };
    return reply.code(503).send({ status: 'not ready', failed: failed.map(([name]) => name) });
  });

  http.get('/health', async (_request, reply) => {
    const checks = await health.run();
    const ok = Object.values(checks).every(({ status }) => status === 'ok');
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'degraded', checks });
  });

  http.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}
