import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigError, commaSeparated } from './config.ts';

export interface ApiKeys {
  /** The tenant whose key the Authorization header bears; undefined if it bears none of the keys. */
  tenantOf(authorization: string | undefined): string | undefined;
}

/**
 * Keys of an HTTP API, as `tenant=key,tenant=key`. A tenant may have several, all of them live, so that one can be rotated.
 * @throws ConfigError that names the variable and quotes none of its value
 */
export function readApiKeys(text: string, variable: string): ApiKeys {
  const keys = commaSeparated(text).map((pair) => {
    const [, tenant = '', key = ''] = /^([^=]+)=(.{16,})$/.exec(pair) ?? [];
    if (key === '') throw new ConfigError([`${variable} must be tenant=key, each key of 16 characters or more`]);
    return { digest: digestOf(key), tenant };
  });
  return {
    tenantOf(authorization = '') {
      const given = digestOf(/^Bearer (.+)$/i.exec(authorization)?.[1] ?? '');
      // Each key is compared in constant time, also after one has matched.
      return keys.filter(({ digest }) => timingSafeEqual(digest, given))[0]?.tenant;
    },
  };
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();
