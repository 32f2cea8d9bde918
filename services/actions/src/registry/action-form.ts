import { Secret, Variable } from '@switchboard/service';
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

export const NAME = '^[a-z][a-z0-9-]{0,62}$';
const DURATION = '^[1-9][0-9]{0,5}(ms|s|m|h)$';
const LOCALE = '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$';

/** A template for each locale; the first is the default. */
const Texts = Type.Record(Type.String({ pattern: LOCALE }), Type.String({ minLength: 1, maxLength: 4_000 }), {
  ...closed,
  minProperties: 1,
});

const AuthForm = Type.Union([
  Type.Object({ bearer: Secret }, closed),
  Type.Object({ header: Type.String({ minLength: 1 }), value: Secret }, closed),
  Type.Object(
    {
      user: Type.Union([Type.String({ minLength: 1 }), Secret]),
      /** Zendesk's user is `<e-mail>/token`. */
      suffix: Type.Optional(Type.String()),
      password: Secret,
    },
    closed,
  ),
  Type.Object(
    {
      tokenUrl: Type.String({ pattern: '^https?://' }),
      clientId: Type.Union([Type.String({ minLength: 1 }), Secret]),
      clientSecret: Secret,
      scope: Type.Optional(Type.String({ minLength: 1 })),
    },
    closed,
  ),
]);

const Path = Type.String({ pattern: '^/' });
const request = {
  query: Type.Optional(Type.Record(Type.String({ minLength: 1 }), Type.String())),
  /** CEL: whether the response has what was asked for; default it has. */
  found: Type.Optional(Type.String({ minLength: 1 })),
  /** CEL for each field of the output; default the response itself. */
  result: Type.Optional(Type.Record(Type.String({ minLength: 1 }), Type.String({ minLength: 1 }))),
};

export const ActionForm = Type.Object(
  {
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    description: Type.String({ minLength: 1, maxLength: 2_000 }),
    effect: Type.Enum(['read', 'write']),
    input: Type.Unknown(),
    output: Type.Unknown(),
    target: Type.Object(
      {
        url: Type.Union([Type.String({ pattern: '^https?://' }), Variable]),
        auth: Type.Optional(AuthForm),
        method: Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
        path: Path,
        headers: Type.Optional(Type.Record(Type.String({ minLength: 1 }), Type.String())),
        body: Type.Optional(Type.Unknown()),
        timeout: Type.Optional(Type.String({ pattern: DURATION })),
        concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
        ...request,
      },
      closed,
    ),
    lookup: Type.Optional(
      Type.Object(
        { path: Path, output: Type.Unknown(), reveal: Type.Optional(Type.Array(Type.String())), ...request },
        closed,
      ),
    ),
    owner: Type.Optional(Type.String({ minLength: 1 })),
    reveal: Type.Array(Type.String(), { uniqueItems: true }),
    cache: Type.Optional(Type.String({ pattern: DURATION })),
    deadline: Type.Optional(Type.String({ pattern: DURATION })),
    reply: Type.Optional(Texts),
    notFound: Type.Optional(Texts),
    failed: Type.Optional(Texts),
    confirm: Type.Optional(Texts),
  },
  closed,
);

export type ActionEntry = Static<typeof ActionForm>;
export type AuthEntry = Static<typeof AuthForm>;
export type TextsEntry = Static<typeof Texts>;
export type RequestEntry = Pick<ActionEntry['target'], 'path' | 'query' | 'found' | 'result'>;

export const ActionsForm = Type.Object(
  { actions: Type.Record(Type.String({ pattern: NAME }), ActionForm, closed) },
  closed,
);

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The milliseconds of `30s` or `5m`, which the form has checked. */
export function durationMs(text: string): number {
  const [, count, unit = ''] = /^(\d+)(\D+)$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? 0);
}
