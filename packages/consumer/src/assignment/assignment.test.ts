import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DEFAULT_LIMITS } from '../options.ts';
import { Assignment } from './assignment.ts';

it('has no due records after its end, so that a consumer that waits for its group does not count as stuck', () => {
  let left = 0;
  const assignment = new Assignment(
    { events: [0] },
    {
      ...{ bufferBytes: DEFAULT_LIMITS.bufferBytes, commitWindow: DEFAULT_LIMITS.commitWindow, longestWaitMs: 0 },
      handles: () => true,
      isDelayed: () => false,
      skipped() {},
      accepted() {},
      offer() {},
      roomMade() {},
      left: (count) => {
        left = count;
      },
    },
  );
  const [partition] = assignment.partitions;
  assert.ok(partition !== undefined);
  partition.begin(0);
  const record = { key: null, value: null, headers: {}, timestamp: String(Date.now()), attributes: 0 };
  assignment.take(partition, [
    { ...record, offset: '0' },
    { ...record, offset: '1' },
  ]);
  assert.equal(assignment.due, 2);
  assignment.end();
  assert.equal(left, 2);
  assert.equal(assignment.due, 0);
});
