import { hash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** The Redis that holds the event state. */
export type StateRedis = Redis | Cluster;

/**
 * The event state of a service is spread over buckets by the order key, so that everything that a step touches has one
 * hash tag. One Redis needs no buckets; in a cluster, 256 of them for each service spread evenly over the nodes.
 */
const CLUSTER_BUCKETS = 256;

export const bucketsOf = (redis: Partial<Pick<StateRedis, 'isCluster'>>): number =>
  redis.isCluster === true ? CLUSTER_BUCKETS : 1;

export const bucketOf = (orderKey: string, buckets: number): number =>
  buckets === 1 ? 0 : hash('sha256', orderKey, 'buffer').readUInt32BE(0) % buckets;

/** The prefix of the keys of a service, after their kind. */
export const keyspaceOf = (scope: string, service: string): string => `${scope}:${service}`;

/** The names of the keys of a bucket; event-state-script.ts describes them. */
export interface BucketKeys {
  generations: string;
  marks: string;
  heldKeys: string;
  deaths: string;
  openLetters: string;
  waiting(orderKey: string): string;
  members(orderKey: string): string;
  doneSet(openedAt: string, subset: number): string;
}

export function bucketKeys(keyspace: string, bucket: number, buckets: number): BucketKeys {
  const tag = buckets === 1 ? keyspace : `{${keyspace}:${bucket}}`;
  return {
    generations: `g:${tag}`,
    marks: `l:${tag}`,
    heldKeys: `k:${tag}`,
    deaths: `y:${tag}`,
    openLetters: `x:${tag}`,
    waiting: (orderKey) => `h:${tag}:${orderKey}`,
    members: (orderKey) => `m:${tag}:${orderKey}`,
    doneSet: (openedAt, subset) => `s:${tag}:${openedAt}:${subset}`,
  };
}

export const everyBucket = (keyspace: string, redis: StateRedis): BucketKeys[] => {
  const buckets = bucketsOf(redis);
  return Array.from({ length: buckets }, (_, bucket) => bucketKeys(keyspace, bucket, buckets));
};

/** The names of the keys that a service has once. */
export const serviceKeys = (keyspace: string) => ({
  /** Written by operator-notes.ts: what the instances wait for. */
  pauses: `p:${keyspace}`,
  /** Written by latest-notes.ts: why the latest done events had no effect, and what others made in outside systems. */
  reasons: `r:${keyspace}`,
  effects: `o:${keyspace}`,
  /** Written by connection-notes.ts: when the connections were last used. */
  connections: `t:${keyspace}`,
  /** Written by tenants-note.ts: which tenants were seen last. */
  tenants: `w:${keyspace}`,
});
