import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaConnection, type Publisher, readTopics } from '@switchboard/kafka';

interface Sent {
  readonly id: number;
  readonly key: string;
  acked: boolean;
}

export interface Load {
  /** Sends one record to each partition until all of them are acknowledged at once. */
  recovered(limitMs: number): Promise<void>;
  /** Ends the load; returns when every publish has settled. */
  stop(): Promise<void>;
  /** Compares the acknowledged records with the topic. */
  verify(connection: KafkaConnection): Promise<{ acked: number; refused: number; repeated: number }>;
}

const KEYS = 60;
const TICK_MS = 10;

/** Publishes at a steady rate, whatever the responses, and remembers the acknowledged records. */
export function startLoad(publisher: Publisher, topic: string, partitions: number, perSecond: number): Load {
  const sent: Sent[] = [];
  const settling = new Set<Promise<void>>();
  const startedAt = performance.now();
  let running = true;
  let count = 0;

  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    for (; count < due; count++) send();
  }, TICK_MS);

  function send(): void {
    const record: Sent = { id: sent.length, key: `key-${sent.length % KEYS}`, acked: false };
    sent.push(record);
    const published = publisher
      .publish({ topic, key: record.key, value: Buffer.from(String(record.id)), headers: {} })
      .then(
        () => {
          record.acked = true;
        },
        () => {},
      )
      .finally(() => settling.delete(published));
    settling.add(published);
  }

  async function probe(): Promise<unknown> {
    const all = Array.from({ length: partitions }, (_, partition) =>
      publisher.publish({ topic, key: null, partition, value: null, headers: {} }),
    );
    const refused = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected');
    return (refused as PromiseRejectedResult | undefined)?.reason;
  }

  return {
    async recovered(limitMs) {
      const giveUpAt = performance.now() + limitMs;
      for (let error = await probe(); error !== undefined; error = await probe()) {
        assert.ok(performance.now() < giveUpAt, `publishing does not recover on its own: ${error}`);
        await sleep(50);
      }
    },

    async stop() {
      if (running) clearInterval(timer);
      running = false;
      await Promise.all(settling);
    },

    async verify(connection) {
      const first = new Map<number, number>();
      let position = 0;
      let repeated = 0;
      await readTopics(connection, [topic], ({ value }) => {
        if (value === null) return;
        const id = Number(value);
        if (first.has(id)) repeated++;
        else first.set(id, position++);
      });
      const acked = sent.filter((record) => record.acked);
      const lost = acked.filter(({ id }) => !first.has(id));
      assert.deepEqual(lost, [], 'acknowledged records are missing from the topic');
      for (const [key, records] of Map.groupBy(acked, (record) => record.key)) {
        const positions = records.map(({ id }) => first.get(id) as number);
        assert.deepEqual(
          positions,
          positions.toSorted((a, b) => a - b),
          `first occurrences of ${key} are out of order`,
        );
      }
      return { acked: acked.length, refused: sent.length - acked.length, repeated };
    },
  };
}
