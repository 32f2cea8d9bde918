import { DeliveryError, KafkaError } from '../error.ts';
import type { OpenClient, ProduceClient } from './client.ts';

interface Held {
  readonly client: ProduceClient;
  inFlight: number;
  retired: boolean;
}

/** Renewing opens connections, and failures come in bursts. */
const LEAST_PAUSE_MS = 250;

/** By then, every send through a replaced client has ended or never will. */
const LAST_ANSWER_MS = 10_000;

/**
 * A client that replaces itself after any failure. A new client is opened in the background and takes over once it has
 * loaded the topics' metadata, so that no stale leader, dead connection or hung broker persists. Until then the old one
 * serves the partitions that the fault does not affect. Each renewal starts from the next broker: clients stick to the
 * first broker that accepts a connection, even if it never responds.
 * @throws KafkaError `UNREACHABLE` when no broker answers at startup.
 */
export async function createRenewingClient(brokers: readonly string[], open: OpenClient): Promise<ProduceClient> {
  const topics = new Set<string>();
  let turn = 0;
  let closed = false;
  let renewing = false;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let current: Held = { client: await openAny(), inFlight: 0, retired: false };

  async function openAny(): Promise<ProduceClient> {
    const reasons: unknown[] = [];
    for (let i = 0; i < brokers.length; i++) {
      const first = turn++ % brokers.length;
      try {
        return await open([...brokers.slice(first), ...brokers.slice(0, first)], [...topics]);
      } catch (error) {
        reasons.push(error);
      }
    }
    const message = `None of the brokers ${brokers.join(', ')} answers: start Kafka or correct the address`;
    throw new KafkaError('UNREACHABLE', message, { cause: new AggregateError(reasons) });
  }

  function renew(failed: Held): void {
    if (closed || failed !== current || renewing) return;
    if (performance.now() - renewedAt < LEAST_PAUSE_MS) return;
    renewedAt = performance.now();
    renewing = true;
    replace()
      // The next failure retries.
      .catch(() => {})
      .finally(() => {
        renewing = false;
      });
  }

  async function replace(): Promise<void> {
    const client = await openAny();
    if (closed) return client.close();
    const old = current;
    current = { client, inFlight: 0, retired: false };
    old.retired = true;
    if (old.inFlight === 0) await old.client.close();
    else setTimeout(() => old.client.close().catch(() => {}), LAST_ANSWER_MS).unref();
  }

  async function run<T>(ask: (client: ProduceClient) => Promise<T>): Promise<T> {
    const held = current;
    held.inFlight++;
    try {
      return await ask(held.client);
    } catch (error) {
      if (!(error instanceof DeliveryError)) renew(held);
      throw error;
    } finally {
      held.inFlight--;
      if (held.retired && held.inFlight === 0) held.client.close().catch(() => {});
    }
  }

  return {
    sendBatch: (records) => run((client) => client.sendBatch(records)),
    check: () => run((client) => client.check()),
    async partitions(topic) {
      const count = await run((client) => client.partitions(topic));
      topics.add(topic);
      return count;
    },
    async close() {
      closed = true;
      await current.client.close();
    },
  };
}
