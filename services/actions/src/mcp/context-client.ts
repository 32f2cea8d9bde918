import { createTarget } from '@switchboard/outbound';
import { ConfigError, commaSeparated, type Logger } from '@switchboard/service';
import type { Tracer } from '@switchboard/tracing';
import type { Registry } from 'prom-client';
import type { ContextReader } from './context-resources.ts';

export interface ContextClientOptions {
  /** Of flows; undefined: no one has a context. */
  readonly url: string | undefined;
  /** `tenant=key,tenant=key`: the keys say whose people flows tells about. */
  readonly apiKeys: string;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly tracer?: Tracer;
}

export interface ContextClient extends ContextReader {
  close(): Promise<void>;
}

/** A model waits for it. */
const TIMEOUT_MS = 3_000;

/** @throws ConfigError that quotes no key */
export function createContextClient({ url, apiKeys, ...options }: ContextClientOptions): ContextClient {
  const keys = readKeys(apiKeys);
  if (url === undefined) return { knows: () => false, read: async () => undefined, close: async () => {} };
  const target = createTarget({ name: 'context', baseUrl: url, timeoutMs: TIMEOUT_MS, tellTrace: true, ...options });
  return {
    knows: (tenant) => keys.has(tenant),
    async read(tenant, userId) {
      const { status, body } = await target.request({
        method: 'GET',
        path: `/v1/context/users/${encodeURIComponent(userId)}`,
        headers: { authorization: `Bearer ${keys.get(tenant) ?? ''}` },
        accept: [404],
      });
      return status === 404 || typeof body !== 'object' || body === null ? undefined : body;
    },
    close: target.close,
  };
}

function readKeys(text: string): ReadonlyMap<string, string> {
  return new Map(
    commaSeparated(text).map((pair) => {
      const [, tenant, key] = /^([^=]+)=(.{16,})$/.exec(pair) ?? [];
      if (tenant === undefined || key === undefined) {
        throw new ConfigError(['CONTEXT_API_KEYS must be tenant=key, each key of 16 characters or more']);
      }
      return [tenant, key] as const;
    }),
  );
}
