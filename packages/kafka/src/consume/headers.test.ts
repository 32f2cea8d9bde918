import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { carriedHeaders, readHeaders } from './headers.ts';

const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder');
const decode = require('kafkajs/src/protocol/recordBatch/record/v0/decoder');
const encode = require('kafkajs/src/protocol/recordBatch/record/v0');

type Message = KafkaMessage & { rawHeaders: Buffer };

/** As kafkajs reads what it has written. */
function message(headers: IHeaders): Message {
  const decoder = new Decoder(encode({ key: Buffer.from('k'), value: Buffer.from('v'), headers }).buffer);
  decoder.readVarInt();
  return decode(decoder, { firstOffset: '0', firstTimestamp: '0' });
}

const texts = (headers: Readonly<Record<string, Buffer>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

describe('kafkajs, as it is patched', () => {
  it('makes an array of the values of a header that comes more than once, and has the others as they are', () => {
    const { headers, key, value } = message({ one: 'a', two: ['a', 'b', 'c'], __proto__: 'x', empty: '' });
    assert.deepEqual([String(key), String(value)], ['k', 'v']);
    assert.deepEqual(headers, {
      one: Buffer.from('a'),
      two: [Buffer.from('a'), Buffer.from('b'), Buffer.from('c')],
      empty: Buffer.from(''),
    });
    const odd = message(Object.fromEntries([['__proto__', 'x']])).headers ?? {};
    assert.deepEqual(Object.entries(odd), [['__proto__', Buffer.from('x')]]);
  });

  it('decodes 200,000 headers in seconds, not in minutes', () => {
    const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`h${index}`, 'x']));
    const record = message(many);
    const startedAt = performance.now();
    assert.deepEqual(readHeaders(record), {});
    assert.equal(Object.keys(record.headers ?? {}).length, 200_000);
    assert.ok(performance.now() - startedAt < 20_000);
  });
});

describe('what is read of the headers', () => {
  it('is what the consumer knows, and of one that came more than once the last', () => {
    const read = readHeaders(message({ ce_id: ['forged', 'a'], other: 'x', 'retry-hop': '3', 'ce_type ': 'y' }));
    assert.deepEqual(texts(read), { ce_id: 'a', 'retry-hop': '3' });
  });

  it('is the same of bytes and of decoded headers', () => {
    const name = fc.constantFrom('ce_id', 'ce_source', 'retry-hop', 'origin-topic', 'other', 'ce_idd', 'ü');
    const headers = fc.dictionary(name, fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 2, maxLength: 3 })));
    fc.assert(
      fc.property(headers, (given) => {
        const record = message(given);
        assert.deepEqual(readHeaders(record), readHeaders({ headers: record.headers ?? {} }));
      }),
    );
  });

  it('is something for any bytes whatever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const record = { rawHeaders: Buffer.from(bytes), headers: {} };
        carriedHeaders(record, readHeaders(record));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is carried on', () => {
  const carried = (headers: IHeaders) => {
    const record = message(headers);
    return texts(carriedHeaders(record, readHeaders(record)));
  };

  it('is all that the sender wrote, and nothing of the chain', () => {
    const own = { ce_id: 'a', tracestate: 'x=1', 'x-own': 'ü' };
    const chain = { 'retry-hop': '3', redrive: '7', 'origin-topic': 't', '__dlq.errors.code': 'X' };
    assert.deepEqual(carried({ ...own, ...chain }), own);
  });

  it('is bounded, and always has what tells which event it is', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`h${index}`, 'x']));
    const few = carried({ ...many, ce_id: 'a' });
    assert.equal(few.ce_id, 'a');
    assert.ok(Object.keys(few).length <= 128);
    const long = carried({ first: 'x', long: 'y'.repeat(100_000), ce_id: 'a' });
    assert.deepEqual(long, { ce_id: 'a', first: 'x' });
  });
});
