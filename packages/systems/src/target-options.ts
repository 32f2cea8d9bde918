import { shortQueue, type TargetOptions } from '@switchboard/outbound';
import type { Connection } from './connection.ts';

/** Opens the target of a connection: its kind is the label of its metrics, its limits are its own. */
export const targetOptions = (
  connection: Connection,
): Pick<TargetOptions, 'name' | 'baseUrl' | 'auth' | 'concurrency' | 'queue' | 'ratePerSecond'> & {
  readonly label: string;
  readonly tenant: string | undefined;
} => {
  const { name, tenant, kind, url: baseUrl, auth, ratePerSecond, concurrency } = connection;
  return {
    ...{ name, tenant, label: kind, baseUrl, auth, ratePerSecond },
    // The handlers of other tenants must not wait for this one.
    ...(concurrency !== undefined && { concurrency, queue: shortQueue(concurrency) }),
  };
};
