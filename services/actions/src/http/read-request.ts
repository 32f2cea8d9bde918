import type { Caller } from '@switchboard/callers';

export type ReadRequest =
  | {
      readonly ok: true;
      readonly input: unknown;
      readonly conversationId: string | undefined;
      readonly confirm: string | undefined;
      /** Whom the caller says that it acts for; not yet judged. */
      readonly actsFor: unknown;
    }
  | { readonly ok: false; readonly code: 'INVALID_REQUEST' | 'INVALID_FIELDS'; readonly detail: string };

const FIELDS: readonly string[] = ['input', 'conversationId', 'confirm'];
/** Of a program, which may act for a person. */
const ACTS_FOR = 'for';
/** What a signed body says of its customer, beside the input. */
const OF_CUSTOMER: readonly string[] = ['email', 'userId'];
const LONGEST_ID = 256;

/**
 * Reads `{ input, conversationId, confirm }`. In a signed body without `input`, every field but these and the customer's
 * is the input.
 */
export function readRequest(json: unknown, caller: Pick<Caller, 'kind'>): ReadRequest {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { ok: false, code: 'INVALID_REQUEST', detail: 'Send a JSON object as application/json.' };
  }
  const fields = json as Readonly<Record<string, unknown>>;
  const isSigned = caller.kind === 'signed';
  const isFlat = isSigned && !Object.hasOwn(fields, 'input');
  const ofKind = { signed: OF_CUSTOMER, 'api-key': [ACTS_FOR], jwt: [] }[caller.kind];
  const known = [...FIELDS, ...ofKind];
  const others = Object.entries(fields).filter(([name]) => !known.includes(name));
  if (!isFlat && others.length > 0) {
    return {
      ok: false,
      code: 'INVALID_FIELDS',
      detail: `The body has the fields ${FIELDS.join(', ')}; put others into input.`,
    };
  }
  const { conversationId, confirm } = fields;
  if (!isId(conversationId) || !isId(confirm)) {
    return {
      ok: false,
      code: 'INVALID_FIELDS',
      detail: `conversationId and confirm are texts of at most ${LONGEST_ID} characters.`,
    };
  }
  const input = isFlat ? Object.fromEntries(others) : (fields.input ?? {});
  return {
    ok: true,
    input,
    conversationId: conversationId ?? undefined,
    confirm: confirm ?? undefined,
    actsFor: isSigned ? undefined : fields[ACTS_FOR],
  };
}

const isId = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || (typeof value === 'string' && value !== '' && value.length <= LONGEST_ID);

/** Visible ASCII, as a header has it. */
export const isIdempotencyKey = (value: unknown): value is string =>
  typeof value === 'string' && /^[!-~]{1,255}$/.test(value);
