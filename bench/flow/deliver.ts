import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Webhook } from '@switchboard/cli/sample-event';
import type { Deliver } from '@switchboard/cli/send-events';

const agent = new Agent({ keepAlive: true });

/** Signs and sends over connections that stay open. A fetch takes much of the processors, which the services need. */
export const deliverTo =
  (url: string, secret: string): Deliver<Webhook> =>
  async ({ source, body }) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
    };
    const sent = request(`${url}/webhooks/${source}`, { method: 'POST', agent, headers }).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await text(response) };
  };
