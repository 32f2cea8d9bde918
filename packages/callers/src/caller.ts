/** Who calls an API, as proven by an API key, a token, or a signed body. */
export interface Caller {
  readonly kind: 'api-key' | 'jwt' | 'signed';
  readonly tenant: string;
  /** The caller's name in the configuration, for logs, metrics and limits. */
  readonly name: string;
  /** The person that the token or the signed body names. An API key has one only while it acts for that person. */
  readonly person?: { readonly email?: string | undefined; readonly userId?: string | undefined } | undefined;
  /** For a signed body: whether its signature has no time, so that whoever has seen the request can send it again. */
  readonly isReplayable?: boolean;
  /** For a signed body with a time: the same for each copy of the request, and for no other one. */
  readonly requestId?: string | undefined;
  /** Scopes and patterns of scopes, such as `context:read` and `actions:*`. */
  readonly scopes: readonly string[];
}
