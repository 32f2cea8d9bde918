export { identifierFields, identifiersOf } from './event-identifiers.ts';
export {
  type Identifier,
  isKind,
  type Kind,
  kinds,
  readIdentifier,
  readSentIdentifier,
  scopeOf,
} from './identifier.ts';
export { createPeople, type Decision, type Found, type Link, type People } from './people.ts';
export { type Conflict, personOf, type Resolution } from './resolve.ts';
