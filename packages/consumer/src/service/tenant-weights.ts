import { ConfigError, commaSeparated } from '@switchboard/service';

const [LEAST, MOST] = [0.1, 100];

/**
 * The weights of tenants in their turns, as `acme=4,umbrella=0.5`.
 * @throws ConfigError
 */
export function readTenantWeights(text: string): ReadonlyMap<string, number> {
  const problems: string[] = [];
  const weights = new Map<string, number>();
  for (const pair of commaSeparated(text)) {
    const [, tenant = '', number = ''] = /^([^=\s]+) *= *([0-9.]+)$/.exec(pair) ?? [];
    const weight = Number(number);
    if (tenant === '' || !(weight >= LEAST && weight <= MOST)) {
      problems.push(`TENANT_WEIGHTS: "${pair}" must be tenant=weight, with a weight from ${LEAST} to ${MOST}`);
    }
    if (weights.has(tenant)) problems.push(`TENANT_WEIGHTS: ${tenant} has two weights`);
    weights.set(tenant, weight);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return weights;
}
