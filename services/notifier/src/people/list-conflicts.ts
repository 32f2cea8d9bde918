import { createPeople, type Found, type Identifier } from '@switchboard/people';
import type { Redis } from 'ioredis';

export type { Found, Identifier };

/** For operators: lists the newest conflicts of a tenant. */
export const listConflicts = (redis: Redis, prefix: string, tenant: string, limit: number): Promise<Found[]> =>
  createPeople({ redis, prefix }).conflicts(tenant, limit);
