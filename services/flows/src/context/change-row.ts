import { LIMITS } from '../flow/limits.ts';
import { ContextError } from './context-error.ts';
import { isUsableId, keyOf } from './subject.ts';
import type { VariableChange } from './variables.ts';

export const VALUE_BYTES = LIMITS.valueBytes;
/** Of a subject, with the removed ones. */
export const MOST_VARIABLES = 100;
const LONGEST_TTL_MS = 3_650 * 86_400_000;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** A change as the statement takes it. */
export interface ChangeRow {
  readonly key: string;
  readonly change: VariableChange;
  readonly json: string | null;
  /** The key of the user whom a variable of a conversation is from. */
  readonly owner: string | null;
}

/** @throws ContextError without the id or the value, which may be personal data */
export function rowOf(change: VariableChange): ChangeRow {
  const { scope, id, name, value, eventTime, eventId, ttlMs = 1 } = change;
  if (!NAME.test(name)) {
    throw new ContextError(
      'INVALID_NAME',
      `A variable's name has letters, digits and _, at most 64: ${name.slice(0, 64)}`,
    );
  }
  if (!isUsableId(id)) {
    throw new ContextError(
      'INVALID_ID',
      `The id of the ${scope} for ${name} is empty, too long or has control characters.`,
    );
  }
  const isTimed = Number.isSafeInteger(eventTime) && eventTime >= 0 && Number.isSafeInteger(ttlMs);
  if (!isTimed || ttlMs <= 0 || ttlMs > LONGEST_TTL_MS || !isUsableId(eventId)) {
    throw new ContextError('INVALID_VALUE', `The time, the time to live or the event's id for ${name} cannot be used.`);
  }
  const json = value === undefined ? null : JSON.stringify(value);
  if (json !== null && Buffer.byteLength(json) > VALUE_BYTES) {
    throw new ContextError('VALUE_TOO_LARGE', `The value of ${name} has more than ${VALUE_BYTES} bytes of JSON.`);
  }
  // Postgres cannot store the character zero, or half of a surrogate pair.
  if (json !== null && (/\\u0000/.test(json) || /\\ud[89a-f]/i.test(json))) {
    throw new ContextError('INVALID_VALUE', `The value of ${name} has a character that cannot be stored.`);
  }
  return { key: keyOf(change), change, json, owner: ownerOf(change) };
}

const ownerOf = ({ tenant, scope, userId }: VariableChange): string | null =>
  scope === 'conversation' && userId !== undefined && isUsableId(userId)
    ? keyOf({ tenant, scope: 'user', id: userId })
    : null;
