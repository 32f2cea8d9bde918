import { platform } from './platform.ts';
import type { Verifier } from './verifier.ts';

/** The signature schemes a source can name; each is one file. */
export const schemes = { platform } satisfies Record<string, Verifier>;

export type SchemeName = keyof typeof schemes;

export const schemeNames = Object.keys(schemes) as SchemeName[];
