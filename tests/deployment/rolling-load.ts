import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSampleEvent } from '@switchboard/cli/sample-event';

export interface RollingLoad {
  /** Events that were answered 200. */
  readonly accepted: readonly string[];
  /** Requests that got no answer: a reset, a refused connection. */
  readonly broken: readonly string[];
  /** Sends no new events. Resolves when all that were sent are accepted. */
  stop(): Promise<void>;
}

/** Sends escalations at a rate to the endpoints in turn, over connections that stay open; repeats a 503 as platforms do. */
export function startRollingLoad(perSecond: number, secret: string, endpoints: () => readonly string[]): RollingLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const accepted: string[] = [];
  const broken: string[] = [];
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;
  let turn = 0;

  async function post(source: string, body: string): Promise<number> {
    const urls = endpoints();
    turn += 1;
    const url = `${urls[turn % urls.length]}/webhooks/${source}`;
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-webhook-signature': signature };
    return new Promise((resolve, reject) => {
      request(url, { agent, method: 'POST', headers }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      })
        .once('error', reject)
        .end(body);
    });
  }

  async function send(id: string): Promise<void> {
    const { source, body } = createSampleEvent('conversation.escalated', { conversationId: id });
    for (;;) {
      try {
        const status = await post(source, body);
        if (status === 200) return void accepted.push(id);
        if (status !== 503) throw new Error(`answered ${status}`);
      } catch (error) {
        broken.push(`${id}: ${String(error)}`);
      }
      await sleep(500);
    }
  }

  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    while (sent < due) {
      sent += 1;
      const sending = send(`rolling-${sent}`).finally(() => pending.delete(sending));
      pending.add(sending);
    }
  }, 10);

  return {
    accepted,
    broken,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      agent.destroy();
    },
  };
}
