import { authenticateRoutes, type Caller, type Callers, callerOf, requireScope } from '@switchboard/callers';
import { type Access, answerError, createRefusalLog, sendProblem } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { entityTag, shownContext } from './context.ts';
import { type ContextFeed, openContextFeed } from './context-feed.ts';
import { createContextMetrics } from './context-metrics.ts';
import type { ContextStore } from './context-store.ts';
import { openEventStream } from './event-stream.ts';
import { createListenerLimits } from './listener-limits.ts';
import { isUsableId, type Subject } from './subject.ts';
import type { Scope } from './variables.ts';

export interface ContextApiDeps {
  readonly store: ContextStore;
  readonly callers: Pick<Callers, 'authenticate' | 'hasSignature'>;
  /** Default: no limit, and no line in the log for a request. */
  readonly access?: Access;
  readonly metrics: Registry;
  /** Erases what else is kept about the subject. @returns what it erased, for the answer */
  readonly eraseOthers?: (subject: Subject) => Promise<object>;
  /** Listeners at a time, in total and of one caller. */
  readonly listeners?: { readonly most: number; readonly mostPerCaller: number };
}

type Request = FastifyRequest<{ Params: { id: string } }>;

const LISTENERS = { most: 1_000, mostPerCaller: 250 };
const PATHS: readonly (readonly [string, Scope])[] = [
  ['/v1/context/users/:id', 'user'],
  ['/v1/context/conversations/:id', 'conversation'],
];

/** Adds the routes of the Context API. Each caller sees its own tenant; a signed-in person, only itself. */
export async function registerContextApi(http: FastifyInstance, deps: ContextApiDeps): Promise<void> {
  const { store, callers, access, metrics: registry, eraseOthers, listeners = LISTENERS } = deps;
  const limits = createListenerLimits(listeners.most, listeners.mostPerCaller);
  const metrics = createContextMetrics(registry, limits);
  const feed = await openContextFeed(store);
  // Streams never end of themselves, and the server waits for its requests.
  http.addHook('preClose', () => feed.close());

  const refusals = createRefusalLog(http);
  http.register(async (scope) => {
    scope.setErrorHandler(answerError);
    authenticateRoutes(scope, { callers, refusals, access });
    for (const [path, kind] of PATHS) {
      scope.get(path, { preHandler: requireScope('context:read') }, async (request: Request, reply) => {
        const subject = subjectOf(kind, request);
        const context = subject && (await store.read(subject));
        if (subject === undefined || context === undefined) return sendUnknown(reply);
        const tag = entityTag(context);
        reply.headers({ etag: tag, 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff' });
        return hasTag(request.headers['if-none-match'], tag)
          ? reply.code(304).send()
          : shownContext(subject.id, context);
      });

      scope.delete(path, { preHandler: requireScope('context:erase') }, async (request: Request, reply) => {
        const subject = subjectOf(kind, request);
        if (subject === undefined) return sendUnknown(reply);
        const others = await eraseOthers?.(subject);
        const { variables, erasedAt, conversations } = await store.erase(subject);
        reply.header('cache-control', 'no-store');
        return { id: subject.id, erasedAt: new Date(erasedAt).toISOString(), variables, conversations, ...others };
      });

      scope.get(
        `${path}/events`,
        { preHandler: requireScope('context:read'), exposeHeadRoute: false },
        (request: Request, reply) => {
          const subject = subjectOf(kind, request);
          if (subject === undefined) return sendUnknown(reply);
          const { tenant, name } = callerOf(request);
          const giveBack = limits.take(`${tenant} ${name}`);
          if (giveBack === undefined) {
            metrics.listenerEnded('refused');
            return sendProblem(
              reply.header('retry-after', '30'),
              'TOO_MANY_REQUESTS',
              'Too many streams are open: close one, or follow fewer at a time.',
            );
          }
          stream(feed, subject, request, reply, (why) => {
            giveBack();
            metrics.listenerEnded(why);
          });
          return reply;
        },
      );
    }
  });
}

function stream(
  feed: ContextFeed,
  subject: Subject,
  { headers }: Request,
  reply: FastifyReply,
  onEnd: Parameters<typeof openEventStream>[1],
): void {
  let unfollow = (): void => {};
  const { send, end } = openEventStream(reply, (why) => {
    unfollow();
    onEnd(why);
  });
  const last = headers['last-event-id'];
  const knows = typeof last === 'string' && /^[1-9]\d{0,15}$/.test(last) ? Number(last) : undefined;
  unfollow = feed.follow(subject, { knows, send, end });
}

/** Undefined for an id that cannot exist, and for everything but themselves if the caller is a person. */
function subjectOf(scope: Scope, request: Request): Subject | undefined {
  const { id } = request.params;
  const caller = callerOf(request);
  return isUsableId(id) && (caller.kind === 'api-key' || isSelf(caller, scope, id))
    ? { tenant: caller.tenant, scope, id }
    : undefined;
}

const isSelf = ({ person }: Caller, scope: Scope, id: string): boolean => scope === 'user' && person?.userId === id;

/** The same bytes for all reasons. */
const sendUnknown = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply.header('cache-control', 'no-store'), 'NOT_FOUND', 'Nothing is known about this id.');

/** Proxies may have weakened the tag. */
const hasTag = (header: string | undefined, tag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag));
