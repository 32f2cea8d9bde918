import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharesOf } from './steps.ts';

const frame = (functionName: string, file = '') => ({ functionName, url: file === '' ? '' : `file:///x/${file}` });

test('a step has the time of its functions and of all that they call, from the first request on', () => {
  const nodes = [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 5, 9, 10] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('isSignedBy', 'packages/providers/src/schemes/signature.ts'), children: [4] },
    { id: 4, callFrame: frame('hash', '') },
    { id: 5, callFrame: frame('settle', 'services/ingest/src/event/duplicates.ts'), children: [6] },
    { id: 6, callFrame: frame('publish', 'packages/kafka/src/publish/publisher.ts'), children: [7] },
    { id: 7, callFrame: { functionName: 'write', url: 'node:net' } },
    { id: 9, callFrame: frame('compileSourceTextModule', 'esm/utils') },
    { id: 10, callFrame: { functionName: 'parserOnIncoming', url: 'node:_http_server' }, children: [11] },
    { id: 11, callFrame: frame('(garbage collector)') },
  ];
  const samples = [9, 9, 10, 2, 3, 4, 5, 6, 7, 11];
  const timeDeltas = [500, 500, 10, 1_000, 20, 20, 10, 20, 10, 10];
  assert.deepEqual(Object.fromEntries(sharesOf({ nodes, samples, timeDeltas })), {
    signature: 0.4,
    publish: 0.3,
    request: 0.1,
    duplicates: 0.1,
    'garbage collection': 0.1,
  });
});
