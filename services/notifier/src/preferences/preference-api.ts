import { answerError, createRefusalLog, sendProblem, sendUnauthorized, watchAccess } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { Preference } from '../policy.ts';
import { holderBy, type TenantAccess } from '../tenant-routes.ts';
import { boundOf, type Preferences, readReplacement } from './preferences.ts';

interface Deps extends TenantAccess {
  readonly preferences: Preferences;
  readonly now: () => number;
}

const nullable = <T extends Type.TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const textOf = (field: string) => nullable(Type.String({ maxLength: boundOf(field) }));
const clockTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
const agreement = Type.Optional(Type.Boolean());

/** The fields of `preference.updated`. */
export const body = Type.Object(
  {
    channels: nullable(
      Type.Object(
        { chat: agreement, email: agreement, slack: agreement, webhook: agreement },
        { additionalProperties: false },
      ),
    ),
    topics: nullable(Type.Record(Type.String(), Type.Boolean())),
    quietHours: nullable(Type.Object({ start: clockTime, end: clockTime }, { additionalProperties: false })),
    timezone: textOf('timezone'),
    locale: textOf('locale'),
    digest: nullable(Type.Enum(['none', 'hourly', 'daily', 'weekly'])),
    email: textOf('email'),
    slackUserId: textOf('slackUserId'),
    webhookUrl: textOf('webhookUrl'),
  },
  { additionalProperties: false },
);

const ROUTE = '/v1/preferences/:userId';
export const BODY_BYTES = 16_384;

type Request = FastifyRequest<{ Params: { userId: string } }>;

/** `GET` and `PUT /v1/preferences/:userId`, for the tenant of the API key. */
export function registerPreferenceApi(http: FastifyInstance, { preferences, apiKeys, access, now }: Deps): void {
  const tenantOf = ({ headers }: FastifyRequest): string | undefined => apiKeys.tenantOf(headers.authorization);
  const refusals = createRefusalLog(http);

  function refuseKey({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
    refusals.refused({ route: ROUTE }, headers.authorization === undefined ? 'no_key' : 'wrong_key');
    return sendUnauthorized(reply);
  }

  http.register(async (scope) => {
    scope.setErrorHandler(answerError);
    if (access !== undefined) watchAccess(scope, access, holderBy(apiKeys));

    scope.get(ROUTE, async (request: Request, reply) => {
      const tenant = tenantOf(request);
      if (tenant === undefined) return refuseKey(request, reply);
      return shown(await one({ tenant, userId: request.params.userId }));
    });

    scope.put(ROUTE, { bodyLimit: BODY_BYTES }, async (request: Request, reply) => {
      const tenant = tenantOf(request);
      if (tenant === undefined) return refuseKey(request, reply);
      const [mistake] = Value.Errors(body, request.body ?? null);
      if (mistake !== undefined) {
        return sendProblem(reply, 'INVALID_FIELDS', `${mistake.instancePath || 'the body'} ${mistake.message}`);
      }
      const { changes, unusable } = readReplacement(request.body as Static<typeof body>);
      if (unusable.length > 0) {
        return sendProblem(reply, 'INVALID_FIELDS', `These fields cannot be used: ${unusable.join(', ')}.`);
      }
      const person = { tenant, userId: request.params.userId };
      await preferences.apply(person, changes, now());
      return shown(await one(person));
    });
  });

  async function one(person: { tenant: string; userId: string }): Promise<Preference> {
    return (await preferences.read([person]))[0] as Preference;
  }
}

const shown = ({ timeZone, ...preference }: Preference): object => ({ ...preference, timezone: timeZone });
