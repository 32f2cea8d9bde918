import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Exchange } from './exchange.ts';
import { createJwtSigner, type JwtClaims } from './jwt.ts';
import { OutboundError } from './outbound-error.ts';
import { requestToken } from './token-endpoint.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';

/** The authentication of requests. */
export type Auth =
  | { kind: 'header'; name: string; value: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'basic'; user: string; password: string }
  /** OAuth 2.0, RFC 6749 4.4; the credentials go in the body. */
  | { kind: 'client-credentials'; tokenUrl: string; clientId: string; clientSecret: string; scope?: string }
  /** A JWT exchanged for a token, RFC 7523. */
  | ({ kind: 'jwt-bearer'; tokenUrl: string } & JwtClaims)
  /** A JWT of five minutes, RS256, as the bearer token. */
  | ({ kind: 'jwt' } & JwtClaims);

/** Provides the headers that authenticate a request. */
export interface Authenticator {
  /** @throws OutboundError when no token is available; the signal's reason when it was aborted */
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** The target refused these headers. Returns whether new ones are available for one more try. */
  renew(refused: Readonly<Record<string, string>>): boolean;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export function createAuthenticator(target: string, auth: Auth | undefined, exchange: Exchange): Authenticator {
  const invalid = (message: string): OutboundError =>
    new OutboundError('INVALID_OPTION', `${target}: ${message}`, { target });

  function fixed(headers: Record<string, string>): Authenticator {
    try {
      for (const [name, value] of Object.entries(headers)) {
        validateHeaderName(name);
        validateHeaderValue(name, value);
      }
    } catch {
      throw invalid('the credentials cannot be sent in a header: look for line breaks and letters beyond Latin');
    }
    return { headers: () => Promise.resolve(headers), renew: () => false };
  }

  if (auth !== undefined && 'tokenUrl' in auth && !/^https?:$/.test(URL.parse(auth.tokenUrl)?.protocol ?? '')) {
    throw invalid('the token URL must be one of http or https');
  }
  switch (auth?.kind) {
    case undefined:
      return fixed({});
    case 'header':
      return fixed({ [auth.name.toLowerCase()]: auth.value });
    case 'bearer':
      return fixed(bearer(auth.token));
    case 'basic':
      return fixed({ authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` });
    case 'client-credentials': {
      const { tokenUrl, clientId, clientSecret, scope } = auth;
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
      return renewable(
        createTokenSource(() =>
          requestToken({ target, exchange, tokenUrl, form: scope === undefined ? form : { ...form, scope } }),
        ),
      );
    }
    case 'jwt-bearer': {
      const sign = createJwtSigner(target, auth);
      const { tokenUrl } = auth;
      return renewable(
        createTokenSource(async () => {
          const { token: assertion } = await sign();
          const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
          return requestToken({ target, exchange, tokenUrl, form });
        }),
      );
    }
    case 'jwt':
      return renewable(createTokenSource(createJwtSigner(target, auth)));
  }
}

/** @throws OutboundError when requests cannot be authenticated like this */
export function checkAuth(auth: Auth): void {
  const noExchange = (): never => {
    throw new Error('a check sends no request');
  };
  createAuthenticator('auth', auth, Object.assign(noExchange, { describe: noExchange }));
}

const renewable = (source: TokenSource): Authenticator => ({
  headers: async (signal) => bearer(await source.token(signal)),
  renew(refused) {
    source.forget((token) => bearer(token).authorization === refused.authorization);
    return true;
  },
});
