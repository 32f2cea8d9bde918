import { Agent } from 'undici';
import { createExchange } from './exchange.ts';
import { requestToken } from './token-endpoint.ts';
import { createTokenSource } from './token-source.ts';

export interface TokenClientOptions {
  /** For error messages. */
  name: string;
  tokenUrl: string;
  clientId: string;
  /** Asked for at each request, so that it can be rotated. */
  clientSecret: () => string;
  scope?: string | undefined;
}

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 64 * 1024;

/**
 * A bearer token by client credentials, RFC 6749 4.4: kept while it is valid, renewed well before its end, requested
 * once for all concurrent callers.
 * @returns a function that rejects with OutboundError when the endpoint issues none
 */
export function createTokenClient(options: TokenClientOptions): () => Promise<string> {
  const { name: target, tokenUrl, clientId, clientSecret, scope } = options;
  const dispatcher = new Agent({ keepAliveTimeout: 1_000 });
  const exchange = createExchange({ target, dispatcher, timeoutMs: TIMEOUT_MS, maxResponseBytes: MOST_BYTES });
  const source = createTokenSource(() => {
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret() };
    return requestToken({ target, exchange, tokenUrl, form: scope === undefined ? form : { ...form, scope } });
  });
  return () => source.token();
}
