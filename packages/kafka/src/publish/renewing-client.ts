import { brokerList, type KafkaConnection } from '../connection.ts';
import { DeliveryError, type KafkaError } from '../error.ts';
import { refusedByKafka, unreachable } from '../refused.ts';
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
 * @throws KafkaError at startup: `UNREACHABLE` when no broker answers, `UNAUTHENTICATED` when Kafka refuses us.
 */
export async function createRenewingClient(connection: KafkaConnection, open: OpenClient): Promise<ProduceClient> {
  const brokers = brokerList(connection);
  const topics = new Set<string>();
  let turn = 0;
  let closed = false;
  let renewing = false;
  /** Why Kafka refuses new connections, while it does: what an operator must know first. */
  let refused: KafkaError | undefined;
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
    const cause = new AggregateError(reasons);
    throw refusedByKafka(cause, connection) ?? unreachable(cause, connection);
  }

  function renew(failed: Held): void {
    if (closed || failed !== current || renewing) return;
    if (performance.now() - renewedAt < LEAST_PAUSE_MS) return;
    renewedAt = performance.now();
    renewing = true;
    replace()
      // The next failure retries.
      .catch((error) => {
        refused = refusedByKafka(error, connection);
      })
      .finally(() => {
        renewing = false;
      });
  }

  async function replace(): Promise<void> {
    const client = await openAny();
    if (closed) return client.close();
    const old = current;
    current = { client, inFlight: 0, retired: false };
    refused = undefined;
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
    check: () =>
      run((client) => client.check()).catch((error) => {
        throw refused ?? error;
      }),
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
