import type { Caller } from './caller.ts';
import type { PersonPlaces } from './callers-form.ts';
import { allows } from './scopes.ts';

type Person = Caller['person'];

const MOST_CHARACTERS = 254;

/** The person of a verified token. An address that the issuer calls unverified is none. */
export function personOfClaims(claims: Readonly<Record<string, unknown>>, places: PersonPlaces = {}): Person {
  const isVerified = claims.email_verified !== false && claims.email_verified !== 'false';
  const claim = (name: string | undefined) =>
    name !== undefined && Object.hasOwn(claims, name) ? claims[name] : undefined;
  return personOf(isVerified ? claim(places.email) : undefined, claim(places.userId));
}

/** The customer that a signed body names. */
export const personOfBody = (body: object, { email, userId }: PersonPlaces = {}): Person =>
  personOf(valueAt(body, email), valueAt(body, userId));

/**
 * The caller as it acts for a person that its program names: an API key with the scope `act-for`, and nobody else.
 * Undefined for others, and if the claim names no person. From then on, an API key with a person is one that acts.
 */
export function actingFor(caller: Caller, claim: unknown): Caller | undefined {
  const person = mayActFor(caller) ? personIn(claim) : undefined;
  return person && { ...caller, person };
}

export const mayActFor = (caller: Caller): boolean => caller.kind === 'api-key' && allows(caller, 'act-for');

/** The person of a JSON object such as `{ "email": "jane@shop.example" }`; undefined if a part cannot be used. */
export function personIn(json: unknown): Person {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const { email, userId, ...others } = json as Readonly<Record<string, unknown>>;
  const person = personOf(email, userId);
  // A part that cannot be used must not be dropped: the other part alone may be another person.
  const hasEmail = (email === undefined) === (person?.email === undefined);
  const hasId = (userId === undefined) === (person?.userId === undefined);
  return hasEmail && hasId && Object.keys(others).length === 0 ? person : undefined;
}

function personOf(email: unknown, userId: unknown): Person {
  const person = {
    email: isShort(email) && email.includes('@') ? email : undefined,
    // Ids of some platforms are numbers.
    userId:
      typeof userId === 'number' && Number.isSafeInteger(userId)
        ? String(userId)
        : isShort(userId)
          ? userId
          : undefined,
  };
  return person.email === undefined && person.userId === undefined ? undefined : person;
}

/** Printable without spaces: what is compared, logged and used in keys. */
const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MOST_CHARACTERS && /^[^\s\p{Cc}\p{Cf}]+$/u.test(value);

function valueAt(body: unknown, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  let value = body;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
