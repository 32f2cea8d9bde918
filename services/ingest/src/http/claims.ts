import type { Verdict } from '@switchboard/providers';
import type { Source } from '../sources/sources.ts';

type Valid = Extract<Verdict, { kind: 'valid' }>;

/** What the vendor's signature said beside who sent the body: the tenant, and the id of the delivery. */
export type Claims = Pick<Valid, 'tenant' | 'id'>;

/** What a verdict claims, and the source with the tenant whose events these are. */
export function claimed(source: Source, { kind: _, ...claims }: Valid): { source: Source; claims: Claims } {
  return { source: claims.tenant === undefined ? source : { ...source, tenant: claims.tenant }, claims };
}
