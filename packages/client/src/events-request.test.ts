import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pack } from './events-request.ts';

const eventOf = (id: string, text = '') => ({ type: 'order.created', id, data: { text } });
/** As the client writes it. */
const bytesOf = (items: readonly { json: string }[]): number =>
  Buffer.byteLength(`{"events":[${items.map(({ json }) => json).join()}]}`);

it('fills each request up to its bytes and no further, in order', () => {
  const events = Array.from({ length: 300 }, (_, index) => eventOf(`e-${index}`, 'ä'.repeat((index * 37) % 100)));
  for (const maxBytes of [300, 301, 302, 500, 1_000, 1_000_000]) {
    const { requests, results } = pack(events, { maxEvents: 50, maxBytes });
    assert.deepEqual(
      requests.flat().map(({ position }) => position),
      [...events.keys()],
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      events.map(() => 'unavailable'),
    );
    for (const [index, request] of requests.entries()) {
      assert.ok(request.length <= 50 && bytesOf(request) <= maxBytes);
      const next = requests[index + 1]?.[0];
      if (next !== undefined && request.length < 50) assert.ok(bytesOf([...request, next]) > maxBytes);
    }
  }
});

it('sends an event that fills a request exactly, and refuses one byte more', () => {
  const { requests } = pack([eventOf('a')], { maxEvents: 1, maxBytes: 1_000 });
  const maxBytes = bytesOf(requests.flat());
  assert.equal(pack([eventOf('a')], { maxEvents: 1, maxBytes }).requests.length, 1);
  const { requests: none, results } = pack([eventOf('a')], { maxEvents: 1, maxBytes: maxBytes - 1 });
  assert.deepEqual([none, results[0]?.status], [[], 'invalid']);
});
