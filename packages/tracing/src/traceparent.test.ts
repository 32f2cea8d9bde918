import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readTraceparent } from './traceparent.ts';

const [TRACE, SPAN] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
const read = { traceId: TRACE, spanId: SPAN };

it('a traceparent is read as W3C Trace Context says', () => {
  assert.deepEqual(readTraceparent(`00-${TRACE}-${SPAN}-01`), { ...read, traceFlags: 1 });
  assert.deepEqual(readTraceparent(`00-${TRACE}-${SPAN}-00`), { ...read, traceFlags: 0 });
  assert.deepEqual(readTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes-later`), { ...read, traceFlags: 1 });
});

it('what is not valid is none', () => {
  const invalid = [
    undefined,
    '',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    [`00-${TRACE}-${SPAN}-01`],
  ];
  for (const header of invalid) assert.equal(readTraceparent(header), undefined, String(header));
});
