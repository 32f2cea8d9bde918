import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { type SystemName, systemNames } from './effect.ts';

const faultOptions = {
  /** Answers with this status, in the API's own shape. The request has no effect. */
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  /** The Retry-After header in seconds. Requires `status`. */
  retryAfter: Type.Number({ minimum: 0, maximum: 3_600 }),
  /** Slack only: answers 200 with `ok: false` and this error. */
  error: Type.String({ minLength: 1, maxLength: 100 }),
  /** Delays the answer. The request takes effect at once. */
  latencyMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  /** The request takes effect, then the connection is destroyed. */
  dropResponse: Type.Boolean(),
  /** The request takes effect, but the answer is broken JSON. */
  malformed: Type.Boolean(),
  /** The share of requests to affect. */
  rate: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** The number of requests to affect before the fault ends. */
  count: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  /** Affects only requests with this method. */
  method: Type.String({ pattern: '^[A-Z]+$' }),
  /** Affects only requests whose path contains this. */
  path: Type.String({ minLength: 1, maxLength: 200 }),
  /** The lag of the search behind writes. HubSpot, Freshdesk and Jira only. */
  indexLagMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  /** Revokes all issued tokens at once. Salesforce only. */
  expireTokens: Type.Boolean(),
};

export const faultNames = Object.keys(faultOptions);

const optional = Type.Partial(Type.Object(faultOptions));
const schema = Type.Object(
  { system: Type.Enum([...systemNames]), ...optional.properties },
  { additionalProperties: false },
);

export type FaultOptions = Static<typeof optional>;
export type Fault = FaultOptions & { system: SystemName };

const LAGGING: readonly SystemName[] = ['hubspot', 'freshdesk', 'jira', 'helpdesk'];
const EFFECTIVE = ['status', 'error', 'latencyMs', 'dropResponse', 'malformed', 'indexLagMs', 'expireTokens'] as const;

/** Describes what is wrong with a fault in a sentence, or returns undefined. */
export function faultMistake(given: unknown): string | undefined {
  // Unknown options are reported twice, the second time by name.
  const mistake = Value.Errors(schema, given).find(({ keyword }) => keyword !== 'boolean');
  if (mistake !== undefined) return explain(mistake);
  const fault = given as Fault;
  const { system, status, retryAfter, error, dropResponse, malformed, indexLagMs, expireTokens } = fault;
  if (EFFECTIVE.every((name) => fault[name] === undefined)) return `Say what goes wrong: ${EFFECTIVE.join(', ')}.`;
  if (retryAfter !== undefined && status === undefined) return 'retryAfter goes with a status, such as 429.';
  if ([status, error, dropResponse || undefined, malformed || undefined].filter((one) => one !== undefined).length > 1)
    return 'status, error, dropResponse and malformed exclude each other.';
  if (error !== undefined && system !== 'slack') return 'error is for slack; use a status.';
  if (indexLagMs !== undefined && !LAGGING.includes(system)) return `indexLagMs is for ${LAGGING.join(', ')}.`;
  if (expireTokens !== undefined && system !== 'salesforce') return 'expireTokens is for salesforce; use status 401.';
  if (malformed && system === 'smtp') return 'malformed is for HTTP; use a status or dropResponse.';
  return undefined;
}

function explain({ instancePath, message, keyword, params }: ReturnType<typeof Value.Errors>[number]): string {
  const name = instancePath.slice(1);
  if (keyword === 'enum') return `${name} must be one of ${systemNames.join(', ')}.`;
  if (keyword === 'additionalProperties') {
    const { additionalProperties } = params as { additionalProperties: string[] };
    return `There is no ${additionalProperties.join(', ')}; there is ${faultNames.join(', ')}.`;
  }
  return `${name === '' ? 'The fault' : name} ${message}.`;
}
