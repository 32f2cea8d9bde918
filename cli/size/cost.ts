import type { Demand, Size } from './plan.ts';

/** A month's prices, in any currency. */
export interface Prices {
  readonly core: number;
  readonly memoryGb: number;
  readonly diskGb: number;
}

/** An instance's limit in the deployment files; a broker's heap and page cache. */
const INSTANCE_GB = 0.5;
const BROKER_GB = 16;

/** The cores, the memory and the disk of an installation, and what they cost a month. */
export function costOf(size: Size, { brokerCores }: Pick<Demand, 'brokerCores'>, prices: Prices) {
  const instances = size.services.reduce((sum, service) => sum + service.instances, 0);
  const cores = instances + size.brokers * brokerCores + Math.max(1, Math.ceil(size.redisCores));
  const memoryGb = instances * INSTANCE_GB + size.brokers * BROKER_GB + size.redisGb;
  const diskGb = size.kafkaDiskGb;
  const month = cores * prices.core + memoryGb * prices.memoryGb + diskGb * prices.diskGb;
  return { cores, memoryGb, diskGb, month };
}
