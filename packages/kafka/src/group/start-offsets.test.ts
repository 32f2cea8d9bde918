import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startOffsets } from './start-offsets.ts';

const [low, high] = [10, 20];

const cases: { what: string; committed: number; offset: number; records: number | undefined }[] = [
  { what: 'nothing was committed', committed: -1, offset: low, records: undefined },
  { what: 'the committed offset is in the log', committed: 15, offset: 15, records: undefined },
  { what: 'all records are done', committed: high, offset: high, records: undefined },
  { what: 'records were deleted before they were read', committed: 4, offset: low, records: 6 },
  { what: 'kafkajs has overwritten the committed offset with -2', committed: -2, offset: low, records: 1 },
  { what: 'the log ends before the committed offset', committed: 21, offset: low, records: 1 },
];

for (const { what, committed, offset, records } of cases) {
  it(`when ${what}, reading starts at ${offset} and ${records ?? 'no'} records count as lost`, async () => {
    const partition = 0;
    const admin = {
      fetchOffsets: async () => [
        { topic: 't', partitions: [{ partition, offset: String(committed), metadata: null }] },
      ],
      fetchTopicOffsets: async () => [{ partition, offset: String(high), low: String(low), high: String(high) }],
    };
    const [start] = await startOffsets(admin as never, 'group', [{ topic: 't', partition }]);
    assert.equal(start?.offset, offset);
    assert.equal(start?.lost?.records, records);
  });
}

it('takes no partition for empty that the broker does not know yet', async () => {
  const admin = {
    fetchOffsets: async () => [{ topic: 't', partitions: [{ partition: 1, offset: '15', metadata: null }] }],
    fetchTopicOffsets: async () => [{ partition: 0, offset: '20', low: '10', high: '20' }],
  };
  const starts = startOffsets(admin as never, 'group', [{ topic: 't', partition: 1 }]);
  await assert.rejects(starts, /Kafka does not say where partition 1 of t begins/);
});
