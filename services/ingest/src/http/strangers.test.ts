import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import { type Client, escalation, sourceOf, sourcesOf, startApp } from '../../fixtures/app.ts';

const head = (length: number, source = 'escalation'): string =>
  [
    `POST /webhooks/${source} HTTP/1.1`,
    'Host: x',
    'Content-Type: application/json',
    `X-Webhook-Signature: ${'0'.repeat(64)}`,
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');

const junk = Buffer.alloc(700_000, 0x20);

type App = Awaited<ReturnType<typeof startApp>>;

/** Opens connections that announce `length` bytes, send `sent` of them, and wait. */
function hold(
  app: App,
  count: number,
  { addresses = 1, length = 1_000_000, sent = 0, source = 'escalation' },
): Client[] {
  return Array.from({ length: count }, (_, index) => {
    const client = app.dial(`127.0.1.${1 + (index % addresses)}`);
    client.write(head(length, source));
    if (sent > 0) client.write(junk.subarray(0, sent));
    return client;
  });
}

const arrived = (app: App, requests: number, source = 'escalation'): Promise<void> =>
  eventually(async () => assert.equal((await app.count('ingest_received_total'))[source], requests));

async function statuses(
  app: App,
  count: number,
  source = 'escalation',
  body = escalation,
): Promise<Map<number, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => app.post(`/webhooks/${source}`, body())));
  return new Map([...Map.groupBy(answers, ({ status }) => status)].map(([status, some]) => [status, some.length]));
}

describe('strangers who hold connections', () => {
  it('from one address keep no signed request from being accepted', async (t) => {
    const app = await startApp(t);
    hold(app, 100, { sent: 700_000 });
    hold(app, 300, {});
    await arrived(app, 400);
    assert.deepEqual(await statuses(app, 114), new Map([[200, 114]]));
    assert.deepEqual(
      await statuses(app, 4, 'cms-update', () => escalation({ padding: 'x'.repeat(900_000) })),
      new Map([[200, 4]]),
    );
  });

  it('from many addresses take one source’s room for large bodies at most', async (t) => {
    const app = await startApp(t);
    hold(app, 200, { sent: 700_000, addresses: 50 });
    await arrived(app, 200);
    assert.deepEqual(await statuses(app, 100), new Map([[200, 100]]));
    assert.deepEqual(
      await statuses(app, 20, 'cms-update', () => escalation({ padding: 'x'.repeat(900_000) })),
      new Map([[200, 20]]),
    );
  });

  it('with small bodies from many addresses lose their room to signed requests once they stall', async (t) => {
    const app = await startApp(t, { limits: { inFlightBytes: 8 * 1_048_576 } });
    hold(app, 200, { sent: 60_000, length: 65_000, addresses: 50 });
    hold(app, 400, { sent: 10, length: 65_000, addresses: 50 });
    await arrived(app, 600);
    await eventually(async () => assert.equal((await app.post('/webhooks/escalation', escalation())).status, 200));
    assert.deepEqual(await statuses(app, 100), new Map([[200, 100]]));
    assert.ok(((await app.count('ingest_rejected_total'))['escalation too_slow'] ?? 0) > 0);
  });

  it('are cut when they trickle, and counted', async (t) => {
    const app = await startApp(t);
    const slow = hold(app, 3, { sent: 10 });
    const trickle = setInterval(() => slow.map((client) => client.write(' ')), 100);
    t.after(() => clearInterval(trickle));
    await eventually(() => assert.ok(slow.every((client) => client.closed())));
    for (const client of slow)
      assert.match(client.received(), /^HTTP\/1\.1 408 .*"The body arrived too slowly, send again"/s);
    assert.deepEqual(await app.count('ingest_rejected_total'), { 'escalation too_slow': 3 });
    assert.deepEqual(await app.count('ingest_in_flight_bytes'), { '': 0 });
  });
});

it('a burst of large signed bodies of one sender waits its turn, and is accepted as a whole', async (t) => {
  const app = await startApp(t, { sources: sourcesOf(sourceOf('shop')) });
  const large = () => escalation({ padding: 'x'.repeat(1_000_000) });
  assert.deepEqual(await statuses(app, 40, 'shop', large), new Map([[200, 40]]));
});
