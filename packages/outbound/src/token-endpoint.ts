import type { Exchange, Sending } from './exchange.ts';
import { OutboundError } from './outbound-error.ts';
import { failureOf, isRetryable, refusedCredentials } from './status.ts';
import type { Token } from './token-source.ts';

export interface TokenRequest {
  target: string;
  exchange: Exchange;
  tokenUrl: string;
  form: Record<string, string>;
}

/** @throws OutboundError */
export async function requestToken({ target, exchange, tokenUrl, form }: TokenRequest): Promise<Token> {
  const sending: Sending = {
    method: 'POST',
    url: new URL(tokenUrl),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
  };
  const answer = await exchange(sending);
  const request = exchange.describe(sending);
  if (isRetryable(answer.status)) throw failureOf(target, request, answer);
  // Includes redirects and 404: no event is at fault.
  if (answer.status !== 200) throw refusedCredentials(target, request, answer.status);
  const token = readToken(answer.content);
  if (token === undefined) {
    throw new OutboundError('BAD_RESPONSE', `${request}: the answer holds no access_token`, { target });
  }
  return token;
}

function readToken(content: Buffer): Token | undefined {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(content.toString());
    if (typeof token !== 'string' || token === '') return undefined;
    // Some issuers send the number as a string.
    const lifetimeMs = Number(seconds ?? Number.NaN) * 1_000;
    return { token, lifetimeMs: lifetimeMs > 0 ? lifetimeMs : undefined };
  } catch {
    return undefined;
  }
}
