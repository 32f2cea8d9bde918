import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import { createTarget, OutboundError, type OutboundRequest } from '@switchboard/outbound';
import { createLogger } from '@switchboard/service';
import { eventOf } from '../../fixtures/events.ts';
import type { Effect } from '../flow/flow.ts';
import { callAction } from './call-action.ts';
import { effectKey } from './effect-key.ts';
import { createCarryOut, type EffectCall } from './effects.ts';
import { MOST_HOPS, withHops } from './hops.ts';
import { publishEvent } from './publish-event.ts';
import { sendMessage } from './send-message.ts';
import { startNode } from './start-node.ts';

const call = <E extends Effect>(effect: E): EffectCall<E> => {
  const signal = new AbortController().signal;
  return { effect, key: 'flow:f:1:k:1', tenant: 'acme', flow: 'f', at: 1_000, signal };
};
const fieldsOf = (event: AnyEvent): Record<string, unknown> => {
  const { meta: _, ...fields } = event;
  return fields;
};

describe('an event that a flow publishes', () => {
  const { meta: _, ...fields } = eventOf('order.created', '1');
  const effect = (hops: number) => ({ kind: 'event', type: 'order.created', fields, hops }) as never;

  it('has the id of its effect, and carries how many flows it has passed through', async () => {
    const published: AnyEvent[] = [];
    const publish = async (event: AnyEvent): Promise<void> => void published.push(event);
    await publishEvent({ publish })(call(effect(3)));
    const [event] = published;
    assert.ok(event);
    assert.deepEqual([event.meta.id, event.meta.source, event.meta.occurredAt], ['flow:f:1:k:1', 'flows', 1_000]);
    assert.deepEqual(fieldsOf(event), fields);
    assert.equal((withHops(event).meta as { hops?: number }).hops, 3);
    const followed = { ...event, meta: { ...event.meta, source: 'ticketing' } } as AnyEvent;
    assert.equal((withHops(followed).meta as { hops?: number }).hops, 3);
    assert.equal((withHops(eventOf('order.created', '1')).meta as { hops?: number }).hops ?? 0, 0);
  });

  it(`is refused after ${MOST_HOPS} flows in a row`, async () => {
    const publish = async (): Promise<void> => assert.fail('published');
    await assert.rejects(publishEvent({ publish })(call(effect(MOST_HOPS + 1))), {
      code: 'TOO_MANY_HOPS',
      retry: 'never',
    });
  });
});

it('a message is requested with the id of its effect, and expires counted from its outcome', async () => {
  const published: AnyEvent[] = [];
  const message = { title: undefined, texts: { en: 'Hi' }, solicited: false, urgent: true, expiresAfterMs: 500 };
  await sendMessage({ publish: async (event) => void published.push(event) })(
    call({ kind: 'message', userId: 'jane', conversationId: 'c', ...message }),
  );
  const [event] = published as [AnyEvent];
  assert.equal(event.meta.id, 'flow:f:1:k:1');
  assert.deepEqual(fieldsOf(event), {
    ...{ userId: 'jane', conversationId: 'c', title: null, texts: { en: 'Hi' }, about: 'flow:f' },
    ...{ solicited: false, urgent: true, expiresAt: 1_500 },
  });
});

describe('a node and an action', () => {
  const node = { kind: 'node', node: 'n', userId: 'jane', conversationId: undefined, variables: { a: 1 } } as const;
  const action = {
    kind: 'action',
    action: 'a/b',
    userId: 'jane',
    conversationId: 'c',
    actsFor: { email: 'jane@shop.example' },
    input: { id: '1' },
  } as const;

  it('are requests with the key of their effect and tenant', async () => {
    const requests: object[] = [];
    const request = async ({ signal: _, answer: __, accept: ___, ...rest }: OutboundRequest) => {
      requests.push(rest);
      return {} as never;
    };
    await startNode({ platform: { request }, path: '/v1/dialogues' })(call(node));
    await callAction({ actions: { request } })(call(action));
    const headers = { 'idempotency-key': 'acme:flow:f:1:k:1' };
    assert.deepEqual(requests, [
      {
        ...{ method: 'POST', path: '/v1/dialogues', headers },
        body: { user_id: 'jane', node: 'n', variables: { a: 1 } },
      },
      {
        method: 'POST',
        path: '/v1/actions/a%2Fb',
        headers,
        body: { input: { id: '1' }, conversationId: 'c', for: { email: 'jane@shop.example' } },
      },
    ]);
  });

  it('to an action that says no to this one call are not repeated, and do not count against the service', async (t) => {
    let status = 404;
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/problem+json' }).end('{"code":"NOT_FOUND"}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const actions = createTarget({
      ...{ name: 'actions', baseUrl: `http://127.0.0.1:${port}`, logger: createLogger('flows', 'silent') },
    });
    t.after(actions.close);
    const act = () => callAction({ actions })(call(action));
    for (status of [404, 409, 422, ...Array(12).fill(404)]) {
      const message = new RegExp(`action "a/b" of the flow f is refused: .*\\(${status} NOT_FOUND\\)`);
      await assert.rejects(act, { code: 'EFFECT_REFUSED', retry: 'never', message });
    }
    status = 200;
    await act();
  });

  it('that are refused name the flow; other failures stay as they are', async () => {
    const failing = (error: Error) => ({ request: () => Promise.reject(error) });
    const refusal = new OutboundError('REJECTED', 'was answered 422', { target: 'chat', status: 422, retry: 'never' });
    const outage = new OutboundError('UNAVAILABLE', 'is down', { target: 'chat', retry: 'when-available' });
    const start = (error: Error) => startNode({ platform: failing(error), path: '/' })(call(node));
    await assert.rejects(start(refusal), {
      code: 'EFFECT_REFUSED',
      retry: 'never',
      message: /node "n" of the flow f: /,
    });
    await assert.rejects(start(outage), outage);
    const act = callAction({ actions: failing(refusal) })(call(action));
    await assert.rejects(act, { code: 'EFFECT_REFUSED', message: /action "a\/b" of the flow f/ });
    await assert.rejects(startNode({ platform: undefined, path: '/' })(call(node)), { code: 'NOT_CONFIGURED' });
  });
});

it('a failing effect does not stop the others, and an outage decides about the retry', async () => {
  const keys: string[] = [];
  const runners = Object.fromEntries(
    ['message', 'node', 'action', 'event'].map((kind) => [
      kind,
      async ({ key }: EffectCall) => {
        keys.push(key);
        if (key.endsWith(':1:k:1')) throw Object.assign(new Error('refused'), { retry: 'never' });
        if (key.endsWith(':1')) throw Object.assign(new Error('down'), { retry: 'when-available' });
      },
    ]),
  ) as never;
  const effects = ['node', 'node', 'message'].map((kind) => ({ kind })) as never;
  const { signal } = new AbortController();
  const run = { tenant: 'acme', flow: 'f', at: 1, instance: ['1', 'k', '1'], signal };
  const carryOut = createCarryOut({ variables: { set: async () => {} }, runners });
  await assert.rejects(carryOut({ changes: [], effects }, run), /down/);
  assert.deepEqual(keys, ['flow:f:1:k:1', 'flow:f:1:k:1:1', 'flow:f:1:k:1:2']);
});

it('the key of an effect is plain text, bounded, and different for different instances', () => {
  const cases = [
    ['1', 'k', '1'],
    ['1', 'k:1', '1'],
    ['1', 'k', '1:1'],
    ['1', 'Zoë\n', '1'],
    ['1', 'x'.repeat(1_000), '1'],
  ].map((instance) => effectKey('f', instance, 0));
  assert.equal(new Set(cases).size, cases.length);
  for (const key of cases) assert.match(key, /^[\x21-\x7e]{1,256}$/);
});
