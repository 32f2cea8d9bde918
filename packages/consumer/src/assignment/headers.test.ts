import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WrittenHeaders } from '@switchboard/kafka/fixtures/administration';
import { fetchedRecord } from '@switchboard/kafka/fixtures/fetched-record';
import fc from 'fast-check';
import { carriedHeaders, readHeaders, readTexts } from './headers.ts';

const texts = (headers: Readonly<Record<string, Buffer>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

const TEXTS = ['ce_id', 'ce_type', 'ce_source', 'traceparent'];

describe('readHeaders', () => {
  it('returns the headers that the consumer knows; the last one counts if a header is repeated', () => {
    const read = readHeaders(fetchedRecord({ ce_id: ['forged', 'a'], other: 'x', 'retry-hop': '3', 'ce_type ': 'y' }));
    assert.deepEqual(texts(read), { ce_id: 'a', 'retry-hop': '3' });
  });

  it('reads the same from bytes and from decoded headers', () => {
    const name = fc.constantFrom(...TEXTS, 'retry-hop', 'origin-topic', 'other', 'ce_idd', 'ce_ie', 'ü');
    const headers = fc.dictionary(name, fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 2, maxLength: 3 })));
    fc.assert(
      fc.property(headers, (given) => {
        const record = fetchedRecord(given);
        const read = readHeaders(record);
        assert.deepEqual(read, readHeaders({ headers: record.headers ?? {} }));
        const known = Object.entries(read).filter(([key]) => TEXTS.includes(key));
        assert.deepEqual(readTexts(record), texts(Object.fromEntries(known)));
      }),
    );
  });

  /** The bytes of one header on the wire. `value` starts with its length. */
  const wire = (name: string, ...value: number[]): Buffer =>
    Buffer.from([2, name.length * 2, ...Buffer.from(name), ...value]);

  it('ignores a header without a value', () => {
    const lengthOfNone = 1;
    assert.deepEqual(readHeaders({ rawHeaders: wire('ce_id', lengthOfNone) }), {});
  });

  it('stops at malformed bytes', () => {
    // A value with a length of 50 that has one byte; a length that is cut off.
    for (const value of [[100, 97], [0x80]]) assert.deepEqual(readHeaders({ rawHeaders: wire('ce_id', ...value) }), {});
  });

  it('accepts any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const record = { rawHeaders: Buffer.from(bytes), headers: {} };
        carriedHeaders(record);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('carriedHeaders', () => {
  const carried = (headers: WrittenHeaders) => {
    const record = fetchedRecord(headers);
    return texts(carriedHeaders(record));
  };

  it('returns all headers of the sender and none of the retry topics', () => {
    const own = { ce_id: 'a', tracestate: 'x=1', 'x-own': 'ü' };
    const added = { 'retry-hop': '3', redrive: '7', 'origin-topic': 't', '__dlq.errors.code': 'X' };
    assert.deepEqual(carried({ ...own, ...added }), own);
  });

  it('is bounded, and always includes the headers that identify the event', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`h${index}`, 'x']));
    const few = carried({ ...many, ce_id: 'a' });
    assert.equal(few.ce_id, 'a');
    assert.ok(Object.keys(few).length <= 128);
    const long = carried({ first: 'x', long: 'y'.repeat(100_000), ce_id: 'a' });
    assert.deepEqual(long, { ce_id: 'a', first: 'x' });
  });
});
