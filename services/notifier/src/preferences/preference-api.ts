import type { ApiKeys } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { Preference } from '../policy.ts';
import { boundOf, type Preferences, readReplacement } from './preferences.ts';

interface Deps {
  readonly preferences: Preferences;
  readonly apiKeys: ApiKeys;
  readonly now: () => number;
}

const nullable = <T extends Type.TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const textOf = (field: string) => nullable(Type.String({ maxLength: boundOf(field) }));
const clockTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
const agreement = Type.Optional(Type.Boolean());

/** The fields of `preference.updated`. */
const body = Type.Object(
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

const BODY_BYTES = 16_384;

type Request = FastifyRequest<{ Params: { userId: string } }>;

/** `GET` and `PUT /v1/preferences/:userId`, for the tenant of the API key. */
export function registerPreferenceApi(http: FastifyInstance, { preferences, apiKeys, now }: Deps): void {
  const tenantOf = ({ headers }: FastifyRequest): string | undefined => apiKeys.tenantOf(headers.authorization);

  http.register(async (scope) => {
    scope.setErrorHandler((error: Error & { statusCode?: number; retry?: string }, request, reply) => {
      if (error.retry === 'when-available')
        return problem(reply, 503, 'Preferences cannot be read or kept now; try again.');
      if (error.statusCode !== undefined && error.statusCode < 500)
        return problem(reply, error.statusCode, error.message);
      request.log.error({ stack: error.stack }, 'request failed');
      return problem(reply, 500, 'The request failed.');
    });

    scope.get('/v1/preferences/:userId', async (request: Request, reply) => {
      const tenant = tenantOf(request);
      if (tenant === undefined) return unauthorized(reply);
      return shown(await one({ tenant, userId: request.params.userId }));
    });

    scope.put('/v1/preferences/:userId', { bodyLimit: BODY_BYTES }, async (request: Request, reply) => {
      const tenant = tenantOf(request);
      if (tenant === undefined) return unauthorized(reply);
      const [mistake] = Value.Errors(body, request.body ?? null);
      if (mistake !== undefined) return problem(reply, 422, `${mistake.instancePath || 'the body'} ${mistake.message}`);
      const { changes, unusable } = readReplacement(request.body as Static<typeof body>);
      if (unusable.length > 0) return problem(reply, 422, `These fields cannot be used: ${unusable.join(', ')}.`);
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

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  503: 'Service Unavailable',
};

function problem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  const title = TITLES[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');
  return reply.code(status).type('application/problem+json').send({ type: 'about:blank', title, status, detail });
}

const unauthorized = (reply: FastifyReply): FastifyReply =>
  problem(reply.header('www-authenticate', 'Bearer'), 401, 'Send the API key of your tenant as a bearer token.');
