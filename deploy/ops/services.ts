import { ingest, services } from '../services.ts';

/** Those with a consumer group, a retry chain and dead letters. */
export const consumerServices: readonly string[] = services
  .filter((service) => service !== ingest)
  .map(({ name }) => name);
