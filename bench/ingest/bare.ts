import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { environment } from '@switchboard/service';
import Fastify from 'fastify';

/** The stack's limit: bare Fastify verifies the signature, parses the JSON, drops it and answers. */
const key = createSecretKey(Buffer.from(environment.LOCAL_SECRET ?? ''));
const http = Fastify();

http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

http.post('/webhooks/:source', async (request, reply) => {
  const body = request.body as Buffer;
  const given = Buffer.from(String(request.headers['x-webhook-signature']), 'hex');
  const digest = createHmac('sha256', key).update(body).digest();
  if (given.length !== digest.length || !timingSafeEqual(given, digest)) return reply.code(401).send({ error: 'no' });
  const { data } = JSON.parse(body.toString()) as { data: { conversationId: string } };
  return { received: true, conversationId: data.conversationId };
});

http.get('/readyz', async () => ({ status: 'ok' }));

http.get('/metrics', async () => {
  const { user, system } = process.cpuUsage();
  return [
    `process_cpu_user_seconds_total ${user / 1e6}`,
    `process_cpu_system_seconds_total ${system / 1e6}`,
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '',
  ].join('\n');
});

await http.listen({ host: '127.0.0.1', port: Number(environment.PORT) });
process.once('SIGTERM', () => process.exit());
