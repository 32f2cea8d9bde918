export {
  type DefinitionFile as MappingFile,
  type PlaceInFile,
  placeInFile,
} from '@switchboard/expressions/definition';
export { fillExample } from './examples.ts';
export { isObject } from './json.ts';
export { type CompileMappingOptions, compileMapping } from './mapping/compile-mapping.ts';
export type { CompiledMapping, Item, MappedEvent, MappedItem } from './mapping/mapped-item.ts';
export type { Each, EventRule, Expression, Fields, Mapping, Meaning, Place, Shape } from './mapping/mapping.ts';
export { MappingError } from './mapping/mapping-error.ts';
export { readMapping } from './mapping/read-mapping.ts';
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
export { bearerOf } from './schemes/jwt/judge-jwt.ts';
export { publishedKeys } from './schemes/jwt/local-key.ts';
export { createTokenJudge, TOKEN_ALGORITHMS, type TokenJudge, type TokenRules } from './schemes/jwt/token-judge.ts';
export { freshness, fromBase64, fromHex, headerOf, isSignedBy, TOLERANCE_MS } from './schemes/signature.ts';
