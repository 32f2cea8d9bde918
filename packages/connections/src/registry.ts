import type { RegistryAddress } from '@switchboard/kafka';
import { ConfigError } from '@switchboard/service';
import { readTls } from './live-tls.ts';
import type { RegistryConfig } from './registry-config.ts';
import { liveSecret } from './secret-file.ts';

/** The registry that the variables describe. Each request reads its credentials again. @throws ConfigError */
export function openRegistryAddress(config: RegistryConfig): RegistryAddress {
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_TLS_CA_FILE: ca, SCHEMA_REGISTRY_USERNAME: user } = config;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new ConfigError(['SCHEMA_REGISTRY_URL must be a URL of http or https']);
  }
  const hasToken = config.SCHEMA_REGISTRY_TOKEN !== undefined || config.SCHEMA_REGISTRY_TOKEN_FILE !== undefined;
  if (hasToken && user !== undefined) {
    throw new ConfigError(['Set SCHEMA_REGISTRY_USERNAME or SCHEMA_REGISTRY_TOKEN, not both']);
  }
  return {
    url,
    ...(ca === undefined ? {} : { ca: String(readTls({ prefix: 'SCHEMA_REGISTRY_TLS', ca }).ca) }),
    ...(hasToken || user !== undefined ? { authorization: authorization(config, user) } : {}),
  };
}

function authorization(config: RegistryConfig, user: string | undefined): () => string {
  if (user === undefined) {
    const token = liveSecret(config, 'SCHEMA_REGISTRY_TOKEN', 'the registry');
    return () => `Bearer ${token()}`;
  }
  const password = liveSecret(config, 'SCHEMA_REGISTRY_PASSWORD', 'SCHEMA_REGISTRY_USERNAME');
  return () => `Basic ${Buffer.from(`${user}:${password()}`).toString('base64')}`;
}
