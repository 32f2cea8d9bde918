export { fillExample } from './examples.ts';
export { publishedKeys } from './jwt/local-key.ts';
export type { Each, EventRule, Expression, Mapping, Place } from './mapping/mapping.ts';
export type {
  Delivery,
  Example,
  Json,
  JsonObject,
  Provider,
  Reply,
  SignatureFault,
  SignedRequest,
  UnsignedMessage,
  Verdict,
  VerifiedSource,
  Verify,
} from './provider.ts';
export { defineProvider } from './provider.ts';
export { type ProviderName, providerNames, providers } from './providers.ts';
export { freshness, fromBase64, fromHex, headerOf, isSignedBy, TOLERANCE_MS } from './signature.ts';
