export { fillExample } from './examples.ts';
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
export { type ProviderName, providers } from './providers.ts';
