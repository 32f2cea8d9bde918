import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createApiKey, digestOf } from '@switchboard/callers';
import { type ClientOptions, createClient, createEventsClient, type SendError } from '@switchboard/client';
import { DeliveryError } from '@switchboard/kafka';
import { SECRET, sourceOf, sourcesOf, startApp } from '../fixtures/app.ts';
import { answerTo, type Reason, refusals } from './http/refusals.ts';

type App = Awaited<ReturnType<typeof startApp>>;

const EVENT = { event: 'order.created', data: { orderId: 'order-1' } };
const clientOf = ({ port }: Pick<App, 'port'>, more: Partial<ClientOptions> = {}) =>
  createClient({ url: `http://127.0.0.1:${port}`, source: 'shop', secret: SECRET, retry: { baseMs: 1 }, ...more });
const startShop = (t: TestContext, deps: Parameters<typeof startApp>[1] = {}) =>
  startApp(t, { sources: sourcesOf(sourceOf('shop', { requireTimestamp: true })), ...deps });

describe('the client for senders', () => {
  it('is accepted by a source that requires a timestamp', async (t) => {
    const app = await startShop(t);
    const { status, attempts } = await clientOf(app).send(EVENT);
    assert.deepEqual([status, attempts], ['accepted', 1]);
    assert.equal((await clientOf(app).sendRaw(Buffer.from(JSON.stringify({ ...EVENT, id: 'ü' })))).status, 'accepted');
    assert.deepEqual(
      app.published.map(({ key }) => key),
      ['acme:order-1', 'acme:order-1'],
    );
  });

  it('repeats what Kafka did not acknowledge with the same id', async (t) => {
    const ids: unknown[] = [];
    const app = await startShop(t, {
      publish: async ({ headers }) => {
        ids.push(headers.ce_id?.toString());
        if (ids.length === 1) throw new DeliveryError('TIMEOUT', 'no broker');
      },
    });
    const { status, attempts } = await clientOf(app).send(EVENT);
    assert.deepEqual([status, attempts, ids.length], ['accepted', 2, 2]);
    assert.match(String(ids[0]), /^[0-9a-f-]{36}$/);
    assert.equal(ids[0], ids[1]);
  });

  it('is a duplicate when its id was accepted before, and skipped when its type is not declared', async (t) => {
    const app = await startShop(t);
    const event = { ...EVENT, event_id: 'mine' };
    assert.equal((await clientOf(app).send(event)).status, 'accepted');
    assert.equal((await clientOf(app).send(event)).status, 'duplicate');
    const skipped = await clientOf(app).send({ event: 'order.creatd', data: {} });
    assert.ok(skipped.status === 'skipped');
    assert.equal(skipped.reason, 'Unhandled event type');
    assert.match(String(skipped.hint), /order\.created/);
  });

  it('names what is wrong with an event', async (t) => {
    const app = await startShop(t);
    const refused = async (sending: Promise<unknown>): Promise<SendError> =>
      sending.then(
        () => assert.fail('accepted'),
        (error) => error,
      );
    const invalid = await refused(clientOf(app).send({ event: 'order.created', data: {} }));
    assert.deepEqual([invalid.code, invalid.status, invalid.problems[0]?.path], ['REFUSED', 422, 'data.orderId']);
    const forged = await refused(clientOf(app, { secret: 'another-secret-01' }).send(EVENT));
    assert.deepEqual(
      [forged.code, forged.status, forged.message],
      ['REFUSED', 401, 'The answer was 401: Invalid signature.'],
    );
  });

  it('repeats the answers of which README.md says so, and no others', async (t) => {
    // The first cannot reach a client that sends all of its body; after the second, the same clock would sign again.
    const EXCEPTIONS: ReadonlySet<Reason> = new Set(['aborted', 'timestamp']);
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    for (const reason of Object.keys(refusals) as Reason[]) {
      const [, again = ''] = new RegExp(`^\\| \\d+ +\\| \`${reason}\` .*\\| *([^|]+?) *\\|$`, 'm').exec(readme) ?? [];
      const expected = /^(yes|after)/.test(again) && !EXCEPTIONS.has(reason);
      const { status, body } = answerTo({ reason });
      let requests = 0;
      const server = createServer((request, response) => {
        requests += 1;
        const answer = requests === 1 ? { status, body } : { status: 200, body: { received: true } };
        request.resume().on('end', () => response.writeHead(answer.status).end(JSON.stringify(answer.body)));
      }).listen(0, '127.0.0.1');
      t.after(() => server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const sending = clientOf(server.address() as AddressInfo).send(EVENT);
      if (expected) assert.equal((await sending).attempts, 2, reason);
      else await assert.rejects(sending, { code: 'REFUSED', status, retryable: false }, reason);
      assert.equal(requests, expected ? 2 : 1, reason);
      assert.notEqual(again, '', reason);
    }
  });
});

describe('the client of the events API', () => {
  it('sends more events than a request holds, repeats what was not stored, and has a result for each', async (t) => {
    const apiKey = createApiKey('acme');
    const key = { name: 'test', digest: digestOf(apiKey), types: undefined, expiresAt: Number.POSITIVE_INFINITY };
    const stored: string[] = [];
    let failures = 3;
    const { port } = await startApp(t, {
      sources: sourcesOf(sourceOf('backoffice', { scheme: 'api', apiKeys: [key] })),
      publish: async ({ key, topic }) => {
        if (topic === 'ingest.quarantine') return;
        if (failures-- > 0) throw new DeliveryError('TIMEOUT', 'no broker');
        stored.push(String(key));
      },
    });
    const client = createEventsClient({ url: `http://127.0.0.1:${port}`, apiKey, retry: { baseMs: 1 } });
    const events = Array.from({ length: 1_200 }, (_, index) => ({
      type: 'order.created',
      id: `e-${index}`,
      data: { orderId: `o-${index}`, ...(index === 700 ? { total: 'much' } : {}) },
    }));
    const results = await client.send([...events, events[0] as (typeof events)[0]]);
    assert.deepEqual(
      results.map(({ id }) => id),
      [...events, events[0]].map((event) => event?.id),
    );
    assert.equal(results.filter(({ status }) => status === 'accepted').length, 1_199);
    assert.deepEqual(
      results.filter(({ status }) => status !== 'accepted').map(({ id, status }) => [id, status]),
      [
        ['e-700', 'invalid'],
        ['e-0', 'duplicate'],
      ],
    );
    assert.equal(new Set(stored).size, 1_199);
    assert.equal(stored.length, 1_199);
  });
});
