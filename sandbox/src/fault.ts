import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { type SystemName, systemNames } from './effect.ts';

const faultOptions = {
  /** Answered instead, in the API's own shape; nothing takes effect. */
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  /** With `status`: the Retry-After header, in seconds. */
  retryAfter: Type.Number({ minimum: 0, maximum: 3_600 }),
  /** For Slack: `ok: false` with this error, and 200. */
  error: Type.String({ minLength: 1, maxLength: 100 }),
  /** The answer comes later; the effect does not. */
  latencyMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  /** It takes effect, then the connection is destroyed. */
  dropResponse: Type.Boolean(),
  /** It takes effect, and is answered with what is no JSON. */
  malformed: Type.Boolean(),
  /** The share of requests that it hits. */
  rate: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** How many requests it hits before it is over. */
  count: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  /** Only requests with this method. */
  method: Type.String({ pattern: '^[A-Z]+$' }),
  /** Only requests whose path holds this. */
  path: Type.String({ minLength: 1, maxLength: 200 }),
  /** How far the search is behind what was written: HubSpot, Freshdesk, Jira. */
  indexLagMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  /** All tokens that were issued are void from now on: Salesforce. */
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

const LAGGING: readonly SystemName[] = ['hubspot', 'freshdesk', 'jira'];
const EFFECTIVE = ['status', 'error', 'latencyMs', 'dropResponse', 'malformed', 'indexLagMs', 'expireTokens'] as const;

/** What is wrong with it, in a sentence; undefined when nothing is. */
export function faultMistake(given: unknown): string | undefined {
  // What is unknown is reported twice; the second time with its name.
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
