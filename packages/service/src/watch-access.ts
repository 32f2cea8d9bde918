import { createHash } from 'node:crypto';
import { createRateLimiter } from '@switchboard/async';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createEventLog, type EventLog } from './event-log.ts';
import { sendProblem } from './problem.ts';

export interface Access {
  /** Requests a second of one holder of a key; twice as many at once after a silence. */
  readonly perSecond: number;
  /** Gets a line for each request that a holder has made. */
  readonly accessLog: EventLog;
}

/** The access to the data of a service. Each request has its line, whatever `LOG_SAMPLE` says. */
export const openAccess = (
  service: string,
  { API_RATE, LOG_LEVEL }: { readonly API_RATE: number; readonly LOG_LEVEL: string },
): Access => ({ perSecond: API_RATE, accessLog: createEventLog({ service, level: LOG_LEVEL, sample: 1 }) });

/** Whose key, token or signature a request has; undefined for requests that are refused without one. */
export type HolderOf = (request: FastifyRequest) => Holder | undefined;

export interface Holder {
  readonly tenant: string;
  /** The name of the key, where it has one. */
  readonly caller?: string | undefined;
}

/** Enough to compare with the digest of an id that is known. */
const DIGEST_LENGTH = 16;

/**
 * Limits what each holder of a key may ask of the routes of this scope, and writes down who has asked what. Register it
 * after what authenticates. The ids in a path may be those of people, so a line has a digest of them.
 */
export function watchAccess(scope: FastifyInstance, { perSecond, accessLog }: Access, holderOf: HolderOf): void {
  const rates = createRateLimiter();

  scope.addHook('preHandler', async (request, reply) => {
    const holder = holderOf(request);
    if (holder === undefined) return undefined;
    const wait = rates.take(`${holder.tenant} ${holder.caller ?? ''}`, { perSecond, burst: 2 * perSecond });
    if (wait === 0) return undefined;
    const detail = `The key may ask ${perSecond} times a second.`;
    return sendProblem(reply.header('retry-after', String(wait)), 'TOO_MANY_REQUESTS', detail);
  });

  scope.addHook('onResponse', async (request, reply) => {
    const holder = holderOf(request);
    if (holder === undefined) return;
    const ids = Object.values((request.params ?? {}) as Record<string, string>);
    accessLog.write('asked', {
      ...{ method: request.method, route: request.routeOptions.url, status: reply.statusCode },
      ...{
        tenant: holder.tenant,
        caller: holder.caller,
        about: ids.length === 0 ? undefined : digestOf(ids.join('/')),
      },
      ms: Math.round(reply.elapsedTime),
    });
  });
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
