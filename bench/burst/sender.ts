import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { doJobs } from '../worker.ts';

export interface Sending {
  port: number;
  run: string;
  count: number;
  /** The size of each body. */
  bytes: number;
  /** The interval; 0 sends all at once. */
  everyMs: number;
}

export interface Sent {
  /** Counts by response, such as `200` or `503 Too much is in flight, send again`. */
  answers: Record<string, number>;
  /** Latencies of the responses with 200 in milliseconds, ascending. */
  accepted: number[];
  /** Time until the last response, whatever its status. */
  ms: number;
}

const [secret = ''] = process.argv.slice(2);

/** Signs before sending, and measures each webhook separately. */
doJobs<Sending, Sent>(async ({ port, run, count, bytes, everyMs }) => {
  const bodies = Array.from({ length: count }, (_, index) => {
    const data = { conversationId: `burst-${run}-${index}`, intent: 'refund', padding: 'x'.repeat(bytes) };
    const body = JSON.stringify({ event: 'conversation.escalated', timestamp: '2026-01-15T10:30:00Z', data });
    return { body, signature: createHmac('sha256', secret).update(body).digest('hex') };
  });
  const agent = new Agent({ keepAlive: everyMs > 0 });
  const answers: Record<string, number> = {};
  const accepted: number[] = [];
  const startedAt = performance.now();
  const sends = [];
  for (const { body, signature } of bodies) {
    sends.push(
      post({ port, agent, body, signature }).then(({ answer, ms }) => {
        answers[answer] = (answers[answer] ?? 0) + 1;
        if (answer === '200') accepted.push(ms);
      }),
    );
    if (everyMs > 0) await sleep(Math.max(0, startedAt + sends.length * everyMs - performance.now()));
  }
  await Promise.all(sends);
  agent.destroy();
  return { answers, accepted: accepted.sort((one, other) => one - other), ms: performance.now() - startedAt };
});

interface Webhook {
  port: number;
  agent: Agent;
  body: string;
  signature: string;
}

function post({ port, agent, body, signature }: Webhook): Promise<{ answer: string; ms: number }> {
  const startedAt = performance.now();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-webhook-signature': signature,
  };
  return new Promise((resolve) => {
    const done = (answer: string): void => resolve({ answer, ms: performance.now() - startedAt });
    const path = '/webhooks/escalation';
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      done(response.statusCode === 200 ? '200' : `${response.statusCode} ${JSON.parse(text).error}`);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'no answer'));
    outgoing.end(body);
  });
}
