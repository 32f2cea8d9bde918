import type { Alert, AlertKind, Digest } from './alert.ts';

/** Further codes count as `other`, so that an error with an id as its code cannot fill the memory. */
export const MOST_COUNTED = 20;
const CODE = /^[A-Za-z0-9_.-]{1,64}$/;

/** Occurrences that no alert has reported yet, by kind. Its size does not depend on their number. */
export interface Tally {
  add(alert: Alert): void;
  /** Returns a digest to the tally, when it could not be reported. */
  restore(digest: Digest): void;
  take(kind: AlertKind): Digest | undefined;
  has(kind: AlertKind): boolean;
}

export function createTally(service: string): Tally {
  const digests = new Map<AlertKind, { counts: Map<string, number>; first: Digest['first'] }>();

  function count(kind: AlertKind, first: Digest['first'], name: string, some: number): void {
    let digest = digests.get(kind);
    if (digest === undefined) {
      digest = { counts: new Map(), first };
      digests.set(kind, digest);
    }
    const { counts } = digest;
    const known = counts.has(name) || counts.size < MOST_COUNTED ? name : `${service} other`;
    counts.set(known, (counts.get(known) ?? 0) + some);
  }

  return {
    add(alert) {
      const code = CODE.test(alert.code) ? alert.code : 'other';
      count(alert.kind, { ...alert, code, service }, `${service} ${code}`, 1);
    },
    restore({ kind, counts, first }) {
      for (const [name, some] of counts) count(kind, first, name, some);
    },
    take(kind) {
      const digest = digests.get(kind);
      digests.delete(kind);
      return digest === undefined ? undefined : { kind, ...digest };
    },
    has: (kind) => digests.has(kind),
  };
}
