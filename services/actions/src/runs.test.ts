import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Database } from '@switchboard/database';
import { until } from '@switchboard/stack/until';
import { openApp, shopActions, type TestApp } from '../fixtures/app.ts';
import { type Backend, json, shop, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';

const jane = { email: 'jane@shop.example', userId: 'user-jane' };
const ORDER = '/v1/actions/order-status';
const NOTE = '/v1/actions/note';
const CANCEL = '/v1/actions/cancel-order';
const IMPATIENT = { prefer: 'wait=0' };

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const open = async (
  t: TestContext,
  more: Partial<Parameters<typeof openApp>[1]> = {},
): Promise<{ app: TestApp; backend: Backend }> => {
  const backend = await startBackend(t, shop);
  return { backend, app: await openApp(t, { database, yaml: shopActions(backend.url), ...more }) };
};

/** The run of a 202. */
async function runOf(response: Response): Promise<{ runId: string; location: string }> {
  assert.equal(response.status, 202);
  const { runId } = (await response.json()) as { runId: string };
  const location = response.headers.get('location') ?? '';
  assert.equal(location, `/v1/actions/runs/${runId}`);
  return { runId, location };
}

async function messagesOf(app: TestApp, runId: string): Promise<TestApp['told']> {
  await until(`run ${runId} is told`, async () => app.told.some(({ ended }) => ended.id === runId));
  return app.told.filter(({ ended }) => ended.id === runId);
}

describe('a run that takes too long', () => {
  it('is answered 202 in time, goes on, and its result follows as one message', async (t) => {
    const { app, backend } = await open(t);
    const gate = Promise.withResolvers<void>();
    backend.respond(async (...request) => {
      await gate.promise;
      return shop(...request);
    });
    const startedAt = performance.now();
    const response = await app.signed(ORDER, { ...jane, orderId: '1001', conversationId: 'c-1' }, { prefer: 'wait=1' });
    assert.ok(performance.now() - startedAt < 15_000);
    const { runId, location } = await runOf(response);
    assert.equal((await app.signed(location, jane)).status, 202);
    assert.deepEqual(app.told, []);
    gate.resolve();
    const [message, ...others] = await messagesOf(app, runId);
    assert.deepEqual(others, []);
    assert.ok(message?.followUp);
    assert.deepEqual(message.ended.outcome.texts, { en: 'Order 1001 is shipped.', de: 'Bestellung 1001: shipped.' });
    assert.equal(message.ended.conversationId, 'c-1');
    const found = await app.signed(location, jane, { 'accept-language': 'de' });
    assert.deepEqual(await found.json(), {
      output: { orderId: '1001', status: 'shipped' },
      reply: 'Bestellung 1001: shipped.',
      runId,
    });
  });

  it('is tried until its backend answers', async (t) => {
    const { app, backend } = await open(t);
    backend.respond((response, request) => {
      if (backend.received.length < 4) return json(response, 503, {});
      return shop(response, request);
    });
    const release = backend.hold();
    const { runId } = await runOf(await app.signed(ORDER, { ...jane, orderId: '1001' }, IMPATIENT));
    release();
    const [message] = await messagesOf(app, runId);
    assert.equal(message?.ended.outcome.kind, 'found');
  });

  it('says at its deadline that there is no answer', async (t) => {
    const backend = await startBackend(t, (response) => json(response, 503, {}));
    const yaml = shopActions(backend.url).replace(
      '    reveal: [orderId, status]\n    reply',
      '    deadline: 1s\n    reveal: [orderId, status]\n    reply',
    );
    const app = await openApp(t, { database, yaml });
    const release = backend.hold();
    const { runId, location } = await runOf(await app.signed(ORDER, { ...jane, orderId: '1001' }, IMPATIENT));
    release();
    const [message] = await messagesOf(app, runId);
    assert.match(message?.ended.outcome.texts.en ?? '', /^Sorry/);
    assert.equal((await app.signed(location, jane)).status, 504);
  });

  it('can be read by its caller only, and for everyone else does not exist', async (t) => {
    const { app, backend } = await open(t);
    const release = backend.hold();
    const { runId, location } = await runOf(await app.signed(ORDER, { ...jane, orderId: '1001' }, IMPATIENT));
    release();
    await messagesOf(app, runId);
    const bytes = async (response: Response): Promise<string> => `${response.status} ${await response.text()}`;
    const unknown = await bytes(await app.signed('/v1/actions/runs/none', jane));
    assert.match(unknown, /^404 /);
    for (const other of [{ email: 'omar@shop.example' }, { email: jane.email }, { ...jane, userId: 'user-omar' }]) {
      assert.equal(await bytes(await app.signed(location, other)), unknown, JSON.stringify(other));
    }
    assert.equal(await bytes(await app.signed(location, jane, {}, 'x-narrow-signature')), unknown);
    assert.equal((await app.signed(location, jane)).status, 200);
  });

  it('of an instance that is gone goes on in another one, and follows as one message', async (t) => {
    const { app: first, backend } = await open(t, {});
    const gate = Promise.withResolvers<void>();
    backend.respond(async (...request) => {
      if (backend.received.length === 1) await gate.promise;
      return shop(...request);
    });
    const { runId } = await runOf(await first.signed(ORDER, { ...jane, orderId: '1001' }, IMPATIENT));
    await first.engine.stop(0);
    const { told, metrics } = await openApp(t, { database, yaml: shopActions(backend.url) });
    await until('the other instance has told', async () => told.some(({ ended }) => ended.id === runId));
    gate.resolve();
    assert.equal([...first.told, ...told].filter(({ ended, followUp }) => ended.id === runId && followUp).length, 1);
    assert.match(await metrics.metrics(), /^actions_taken_over_total [1-9]/m);
  });

  it('keeps its result while its message cannot be sent', async (t) => {
    let isAway = true;
    const sent: string[] = [];
    const tell: NonNullable<Parameters<typeof openApp>[1]['tell']> = async ({ id }, followUp) => {
      if (isAway) throw new Error('Kafka is away');
      if (followUp) sent.push(id);
    };
    const { app, backend } = await open(t, { tell });
    const release = backend.hold();
    const { runId, location } = await runOf(await app.signed(ORDER, { ...jane, orderId: '1001' }, IMPATIENT));
    release();
    await until('the result is there', async () => (await app.signed(location, jane)).status === 200);
    assert.deepEqual(sent, []);
    isAway = false;
    await until('the message is sent', async () => sent.length > 0);
    assert.deepEqual(sent, [runId]);
  });
});

it('the result of an instance that is gone is sent by another one, although Kafka is away at first and runs go on', async (t) => {
  const { app: first, backend } = await open(t, { tell: () => Promise.reject(new Error('Kafka is away')) });
  const release = backend.hold();
  const { runId, location } = await runOf(await first.signed(ORDER, { ...jane, orderId: '1001' }, IMPATIENT));
  release();
  await until('the result is there', async () => (await first.signed(location, jane)).status === 200);

  let failures = 0;
  const sent: string[] = [];
  const second = await openApp(t, {
    ...{ database, yaml: shopActions(backend.url), leaseMs: 1_000, pollMs: 50 },
    async tell({ id }, followUp) {
      if (id === runId && failures === 0) {
        failures += 1;
        throw new Error('Kafka is away');
      }
      if (followUp) sent.push(id);
    },
  });
  // While it goes on, the leases of this instance are renewed.
  const end = backend.hold();
  await second.signed(ORDER, { ...jane, orderId: '1001' }, IMPATIENT);
  await first.engine.stop(0);
  await until('the message is sent', async () => sent.includes(runId));
  assert.equal(failures, 1);
  end();
});

describe('a write', () => {
  const notes: Parameters<Backend['respond']>[0] = (response, { headers }) =>
    json(response, 200, { id: String(headers['idempotency-key']) });

  it('is repeated with its idempotency key as the same run, with the same answer', async (t) => {
    const { app, backend } = await open(t);
    backend.respond(notes);
    const headers = { 'idempotency-key': 'note-1' };
    const texts = [1, 2].map(async () => (await app.signed(NOTE, { ...jane, text: 'a' }, headers)).text());
    assert.match((await Promise.all(texts)).join(), /"runId"/);
    const again = (await (await app.signed(NOTE, { ...jane, text: 'a' }, headers)).json()) as {
      runId: string;
      output: { id: string };
    };
    assert.equal(again.output.id, again.runId);
    assert.equal(backend.received.length, 1);
    const other = await app.signed(NOTE, { ...jane, text: 'b' }, headers);
    assert.deepEqual([other.status, ((await other.json()) as { code: string }).code], [409, 'IDEMPOTENCY_MISMATCH']);
    // The key is the person's own.
    assert.equal((await app.signed(NOTE, { email: 'omar@shop.example', text: 'b' }, headers)).status, 200);
  });

  it('is not tried again while its caller waits, and carries one key to the backend when it is', async (t) => {
    const { app, backend } = await open(t);
    backend.respond((response, request) =>
      backend.received.length % 2 === 1 ? json(response, 500, {}) : notes(response, request),
    );
    assert.equal((await app.signed(NOTE, { ...jane, text: 'a' })).status, 504);
    assert.equal(backend.received.length, 1);
    backend.respond((response, request) =>
      backend.received.length < 4 ? json(response, 500, {}) : notes(response, request),
    );
    const release = backend.hold();
    const { runId } = await runOf(await app.signed(NOTE, { ...jane, text: 'b' }, IMPATIENT));
    release();
    await messagesOf(app, runId);
    const keys = new Set(backend.received.slice(1).map(({ headers }) => headers['idempotency-key']));
    assert.deepEqual([backend.received.length, [...keys]], [4, [runId]]);
  });

  it('that needs a yes runs after the yes of the same person, to the same input, once', async (t) => {
    const { app, backend } = await open(t);
    const ask = async (body: object) => {
      const response = await app.signed(CANCEL, body);
      return {
        status: response.status,
        ...((await response.json()) as { code: string; summary: string; confirm: string }),
      };
    };
    const input = { ...jane, orderId: '1001' };
    const asked = await ask(input);
    assert.deepEqual(
      [asked.status, asked.code, asked.summary],
      [409, 'CONFIRMATION_REQUIRED', 'Cancel order 1001, which is shipped?'],
    );
    const { confirm } = asked;
    const deleted = () => backend.received.filter(({ method }) => method === 'DELETE').length;
    for (const wrong of [
      { ...input, confirm: 'x'.repeat(32) },
      { ...input, userId: 'user-other', confirm },
      { ...jane, orderId: '2001', confirm },
    ]) {
      assert.notEqual((await app.signed(CANCEL, wrong)).status, 200);
    }
    assert.equal(deleted(), 0);
    const done = await app.signed(CANCEL, { ...input, confirm });
    const text = await done.text();
    assert.deepEqual([done.status, deleted()], [200, 1]);
    assert.equal(await (await app.signed(CANCEL, { ...input, confirm })).text(), text);
    assert.equal(deleted(), 1);
  });

  it('that changed since the person was asked is asked about again', async (t) => {
    const { app, backend } = await open(t);
    const input = { ...jane, orderId: '1001' };
    const { confirm } = (await (await app.signed(CANCEL, input)).json()) as { confirm: string };
    await app.reload(
      shopActions(backend.url)
        .replace('Keeps a note', 'Keeps notes')
        .replace('Cancels an order', 'Cancels and refunds an order'),
    );
    assert.equal((await app.signed(CANCEL, { ...input, confirm })).status, 409);
    assert.ok(backend.received.every(({ method }) => method === 'GET'));
  });

  it("of what is not the caller's reaches no backend but the look-up, before and after a yes", async (t) => {
    const { app, backend } = await open(t);
    const response = await app.signed(CANCEL, { ...jane, orderId: '2001' });
    assert.equal(response.status, 404);
    assert.deepEqual(
      backend.received.map(({ method }) => method),
      ['GET'],
    );
  });

  it('that was under way in an instance that is gone is repeated with the same key', async (t) => {
    const { app: first, backend } = await open(t, {});
    const gate = Promise.withResolvers<void>();
    backend.respond(async (...request) => {
      if (backend.received.length === 1) await gate.promise;
      return notes(...request);
    });
    const { runId } = await runOf(await first.signed(NOTE, { ...jane, text: 'a' }, IMPATIENT));
    await first.engine.stop(0);
    const second = await openApp(t, { database, yaml: shopActions(backend.url) });
    const [message] = await messagesOf(second, runId);
    gate.resolve();
    assert.equal(message?.followUp, true);
    assert.deepEqual(
      backend.received.map(({ headers }) => headers['idempotency-key']),
      [runId, runId],
    );
  });
});
