import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWTHeaderParameters } from 'jose';

/** The vendor's keys cannot be had now. */
export class KeysUnavailable extends Error {}

export interface KeySet {
  /**
   * The key that a token names.
   * @throws KeysUnavailable, or jose's JWKSNoMatchingKey
   */
  keyFor(header: JWTHeaderParameters, now: number): Promise<CryptoKey>;
  /** What the vendor publishes about a key that was found. */
  published(keyId: string | undefined): Readonly<Record<string, unknown>> | undefined;
}

/** At most one load in this time, whatever strangers send. */
const COOL_DOWN_MS = 10_000;
const REFRESH_MS = 3_600_000;
/** Keys this old may have been withdrawn, and are not used while the vendor is away. */
const MAX_AGE_MS = 86_400_000;

/** Keys that are loaded at the first token, when a token names a new one, and every hour. */
export function createKeySet(load: () => Promise<JSONWebKeySet>): KeySet {
  let keys: { readonly set: JSONWebKeySet; readonly find: ReturnType<typeof createLocalJWKSet> } | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let loading: Promise<void> | undefined;

  const reload = async (now: number): Promise<void> => {
    triedAt = now;
    try {
      const set = await load();
      keys = { set, find: createLocalJWKSet(set) };
      loadedAt = now;
      hasFailed = false;
    } catch {
      // keyFor says so; the reason is the vendor's.
      hasFailed = true;
    }
  };
  const refresh = async (now: number): Promise<void> => {
    if (loading === undefined && now - triedAt >= COOL_DOWN_MS) {
      loading = reload(now).finally(() => {
        loading = undefined;
      });
    }
    await loading;
  };
  const isUsable = (now: number): boolean => keys !== undefined && now - loadedAt <= MAX_AGE_MS;
  const find = async (header: JWTHeaderParameters, now: number): Promise<CryptoKey | undefined> => {
    if (keys === undefined || !isUsable(now)) throw new KeysUnavailable();
    try {
      return await keys.find(header);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      throw error;
    }
  };

  return {
    keyFor: async (header, now) => {
      if (!isUsable(now)) await refresh(now);
      else if (now - loadedAt >= REFRESH_MS) void refresh(now);
      const known = await find(header, now);
      if (known !== undefined) return known;
      await refresh(now);
      const added = await find(header, now);
      if (added !== undefined) return added;
      throw hasFailed ? new KeysUnavailable() : new errors.JWKSNoMatchingKey();
    },
    published: (keyId) => keys?.set.keys.find(({ kid }) => kid === keyId) as Record<string, unknown> | undefined,
  };
}
