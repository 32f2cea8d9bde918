import { createRateLimiter, type Rate } from '@switchboard/async';
import { Counter, type Registry } from 'prom-client';
import type { SharedTokens } from './shared-tokens.ts';

/** How many events a tenant may send. All instances share the quota, while Redis answers. */
export interface TenantQuota {
  /** Takes one event; returns 0, or the seconds after which the next try has a chance. */
  take(tenant: string): number | Promise<number>;
  /** Takes what a granted request holds besides its first event; the next requests wait for it. */
  charge(tenant: string, count: number): void;
}

/** Every tenant may send as much as it likes. */
export const noQuota: TenantQuota = { take: () => 0, charge: () => {} };

/** Default: a burst of ten seconds. */
export const quotaRate = (perSecond: number, burst = Math.max(1, 10 * perSecond)): Rate => ({ perSecond, burst });

/** Events of a tenant that this instance may accept without asking. */
interface Allowance {
  tokens: number;
  /** Events that were accepted without a token, in requests of many. */
  owed: number;
  /** Requests that wait for the answer. */
  waiting: number;
  asking: Promise<boolean> | undefined;
  askedAt: number;
  /** How many tokens were asked for. */
  wanted: number;
  /** Until then, nothing is left to ask for. */
  emptyUntil: number;
}

export interface QuotaOptions {
  /** The events a second of a tenant, over all instances; a rate of 0 is no limit. */
  rateOf(tenant: string): Rate;
  shared: SharedTokens;
  metrics: Registry;
  now?: () => number;
}

/** Each call takes tokens for about so long, so that no more calls are needed. */
const AHEAD_MS = 100;
/** An allowance is ~200 bytes: 2 MB at most. The one unused for longest is forgotten, with its few tokens. */
const MOST_TENANTS = 10_000;

/**
 * A token bucket for each tenant in Redis, from which instances take tokens in advance. An instance that needs more
 * within 100 ms takes twice as many, and one that finds the bucket empty does not ask again within 100 ms. While Redis
 * does not answer, each instance grants the whole quota by itself.
 */
export function createTenantQuota(options: QuotaOptions): TenantQuota {
  const { rateOf, shared, metrics, now = () => performance.now() } = options;
  const local = createRateLimiter(now, MOST_TENANTS);
  const events = new Counter({
    name: 'ingest_quota_events_total',
    help: 'Events of tenants with a quota; a refused request counts as one',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const allowances = new Map<string, Allowance>();

  function allowanceOf(tenant: string): Allowance {
    const known = allowances.get(tenant);
    if (known !== undefined) return known;
    const fresh = { tokens: 0, owed: 0, waiting: 0, asking: undefined, askedAt: 0, wanted: 0, emptyUntil: 0 };
    allowances.set(tenant, fresh);
    if (allowances.size > MOST_TENANTS) forgetIdle();
    return fresh;
  }

  function forgetIdle(): void {
    const longest = [...allowances].sort(([, one], [, other]) => one.askedAt - other.askedAt);
    for (const [tenant, { waiting }] of longest.slice(0, MOST_TENANTS / 10)) {
      if (waiting === 0) allowances.delete(tenant);
    }
  }

  /** Pays what is owed, and asks for tokens if requests wait for them. Returns whether there was an answer. */
  async function ask(tenant: string, allowance: Allowance, rate: Rate): Promise<boolean> {
    const { owed } = allowance;
    allowance.owed = 0;
    const count = allowance.waiting === 0 ? 0 : wantedBy(allowance, rate);
    const answer = await shared.take(tenant, rate, count, owed);
    if (answer === undefined) {
      local.charge(tenant, rate, owed);
      return false;
    }
    allowance.tokens += answer.granted;
    if (answer.nextMs > 0) allowance.emptyUntil = now() + Math.max(AHEAD_MS, answer.nextMs);
    return true;
  }

  function wantedBy(allowance: Allowance, rate: Rate): number {
    const at = now();
    const usual = Math.ceil((rate.perSecond * AHEAD_MS) / 1_000);
    const wanted = at - allowance.askedAt < AHEAD_MS ? 2 * allowance.wanted : usual;
    allowance.askedAt = at;
    allowance.wanted = Math.min(Math.max(wanted, allowance.waiting, 1), Math.max(1, Math.floor(rate.burst)));
    return allowance.wanted;
  }

  function asked(tenant: string, allowance: Allowance, rate: Rate): Promise<boolean> {
    allowance.asking ??= ask(tenant, allowance, rate).finally(() => {
      allowance.asking = undefined;
    });
    return allowance.asking;
  }

  async function askAndTake(tenant: string, allowance: Allowance, rate: Rate): Promise<number> {
    while (allowance.tokens < 1) {
      const emptyMs = allowance.emptyUntil - now();
      if (emptyMs > 0) return Math.ceil(emptyMs / 1_000);
      allowance.waiting += 1;
      const answered = await asked(tenant, allowance, rate);
      allowance.waiting -= 1;
      if (!answered) return local.take(tenant, rate);
    }
    allowance.tokens -= 1;
    return 0;
  }

  function decide(wait: number): number {
    events.inc({ outcome: wait === 0 ? 'granted' : 'refused' });
    return wait;
  }

  return {
    take(tenant) {
      const rate = rateOf(tenant);
      if (rate.perSecond === 0) return 0;
      if (!shared.usable) return decide(local.take(tenant, rate));
      const allowance = allowanceOf(tenant);
      if (allowance.tokens < 1) return askAndTake(tenant, allowance, rate).then(decide);
      allowance.tokens -= 1;
      return decide(0);
    },
    charge(tenant, count) {
      const rate = rateOf(tenant);
      if (rate.perSecond === 0 || count <= 0) return;
      events.inc({ outcome: 'granted' }, count);
      if (!shared.usable) {
        local.charge(tenant, rate, count);
        return;
      }
      const allowance = allowanceOf(tenant);
      const paid = Math.min(count, allowance.tokens);
      allowance.tokens -= paid;
      allowance.owed += count - paid;
      if (allowance.owed > 0) void asked(tenant, allowance, rate);
    },
  };
}
