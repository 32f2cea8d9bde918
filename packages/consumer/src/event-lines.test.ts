import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { clusterId } from '@switchboard/kafka';
import { createEventLog, createRedis } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import pino from 'pino';
import Type from 'typebox';
import { type Consuming, createConsuming } from '../fixtures/consuming.ts';
import { type OpenServiceContext, openServiceContext } from '../fixtures/service-context.ts';
import { readServiceNotes } from './redis/latest-notes.ts';
import { createTargets } from './service/targets.ts';

let consuming: Consuming;
let context: OpenServiceContext;
const lines: string[] = [];
const destination = { write: (line: string) => void lines.push(line) };
const eventLog = createEventLog({ service: 'lines', level: 'info', sample: 1, destination });
const server = createServer((_request, response) => {
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ticket: { id: 17, url: 'https://acme.example/tickets/17' } }));
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stack = testStack();
  context = openServiceContext({ name: 'lines', config: Type.Object({}), variables: { PORT: '0' }, stack });
  const { port } = server.address() as AddressInfo;
  const zendesk = createTargets(context.service).target({ name: 'zendesk', baseUrl: `http://127.0.0.1:${port}` });
  consuming = await createConsuming();
  await consuming.start(
    async ({ meta }, { signal, attempt }) => {
      if (meta.id === 'story' && attempt === 1) throw new Error('not yet');
      await zendesk.request({ method: 'POST', path: '/tickets', body: {}, signal });
    },
    {
      eventLog,
    },
  );
});
after(async () => {
  await consuming.close();
  await context[Symbol.asyncDispose]();
  server.close();
});

it('each effect is one line that is found by its conversation, with the outside system, its id and the attempt', async () => {
  await consuming.write(consuming.event('story', 'conv_4711'));
  await until('the event has its effect', () => consuming.effects.length > 0);
  eventLog.flush();
  const [line = '{}', ...more] = lines
    .join('')
    .split('\n')
    .filter((one) => one.includes('conv_4711'));
  assert.deepEqual(more, []);
  const { time: _, ms, key, source, ...rest } = JSON.parse(line);
  assert.match(key, /:conv_4711$/);
  assert.ok(ms >= 0 && source.length > 0);
  assert.deepEqual(rest, {
    level: 'info',
    service: 'lines',
    type: 'message.received',
    event: 'story',
    system: 'zendesk',
    outsideId: '17',
    url: 'https://acme.example/tickets/17',
    attempt: 2,
    msg: 'effect',
  });
});

it('ops finds the outside id of the latest events in Redis, which grows by no key an event', async () => {
  const { brokers, redisUrl } = testStack();
  const redis = createRedis(redisUrl, pino({ level: 'silent' }));
  await until('Redis answers', () => redis.status === 'ready');
  const scope = await clusterId({ brokers });
  const place = { redis, scope };
  const [, effect] = await until('the note is there', async () =>
    [...(await readServiceNotes(place, consuming.service)).effects].find(([id]) => id.endsWith(':story')),
  );
  assert.deepEqual(effect, { system: 'zendesk', id: '17', url: 'https://acme.example/tickets/17' });
  await consuming.write(...Array.from({ length: 120 }, (_, index) => consuming.event(`more-${index}`)));
  await until('all are noted', async () => (await readServiceNotes(place, consuming.service)).effects.size === 121);
  assert.ok((await redis.llen(`o:${scope}:${consuming.service}`)) < 60, 'a batch holds many');
  redis.disconnect();
});
