import { type ClusterAddress, ConfigError, commaSeparated, type RedisOptions } from '@switchboard/service';
import { liveTls } from './live-tls.ts';
import type { RedisConfig, StateRedisConfig } from './redis-config.ts';
import { liveSecret } from './secret-file.ts';

/**
 * The address of Redis that the variables describe. Each new connection reads passwords and certificates again.
 * @throws ConfigError
 */
export function openRedisAddress(config: RedisConfig): () => RedisOptions {
  const url = URL.parse(config.REDIS_URL);
  if (url === null || !/^rediss?:$/.test(url.protocol)) {
    throw new ConfigError(['REDIS_URL must be a URL, such as redis://127.0.0.1:6379']);
  }
  const secured = url.protocol === 'rediss:';
  const { REDIS_TLS_CA_FILE: ca, REDIS_TLS_CERT_FILE: cert, REDIS_TLS_KEY_FILE: key } = config;
  if (!secured && [ca, cert, key].some((path) => path !== undefined)) {
    throw new ConfigError(['A REDIS_TLS file is set, and REDIS_URL does not begin with rediss://: make it do so']);
  }
  const tls = secured ? liveTls({ prefix: 'REDIS_TLS', ca, cert, key }) : undefined;
  const hasPassword = config.REDIS_PASSWORD !== undefined || config.REDIS_PASSWORD_FILE !== undefined;
  const password = hasPassword
    ? liveSecret(config, 'REDIS_PASSWORD', 'Redis')
    : () => decodeURIComponent(url.password) || undefined;
  const username = config.REDIS_USERNAME ?? (decodeURIComponent(url.username) || undefined);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const fixed = {
    host,
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...(username === undefined ? {} : { username }),
    ...sentinels(config),
  };
  return () => {
    const secret = password();
    const options: RedisOptions = { ...fixed, ...(secret === undefined ? {} : { password: secret }) };
    if (tls === undefined) return options;
    const secureContext = tls();
    const isSentinel = config.REDIS_SENTINELS !== undefined;
    return { ...options, tls: { secureContext }, ...(isSentinel ? { sentinelTLS: { secureContext } } : {}) };
  };
}

/**
 * The cluster that holds the event state, if there is one. Its user, password and TLS are those of Redis.
 * @throws ConfigError
 */
export function openClusterAddress(config: StateRedisConfig): ClusterAddress | undefined {
  if (config.REDIS_CLUSTER === undefined) return undefined;
  const nodes = placesOf('REDIS_CLUSTER', config.REDIS_CLUSTER);
  const { REDIS_SENTINELS: _, REDIS_SENTINEL_NAME: __, ...own } = config;
  const address = openRedisAddress(own);
  return {
    nodes,
    credentials() {
      const { username, password, tls } = address();
      return {
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(tls === undefined ? {} : { tls }),
      };
    },
  };
}

function sentinels({ REDIS_SENTINELS, REDIS_SENTINEL_NAME }: RedisConfig): RedisOptions {
  if ((REDIS_SENTINELS === undefined) !== (REDIS_SENTINEL_NAME === undefined)) {
    throw new ConfigError(['Set REDIS_SENTINELS and REDIS_SENTINEL_NAME together: one is useless alone']);
  }
  if (REDIS_SENTINELS === undefined || REDIS_SENTINEL_NAME === undefined) return {};
  return { sentinels: placesOf('REDIS_SENTINELS', REDIS_SENTINELS), name: REDIS_SENTINEL_NAME };
}

const placesOf = (variable: string, value: string): { host: string; port: number }[] =>
  commaSeparated(value).map((place) => {
    const [, host, port] = /^(.+):(\d+)$/.exec(place) ?? [];
    if (host === undefined) throw new ConfigError([`${variable} must be host:port, separated by commas`]);
    return { host, port: Number(port) };
  });
