import { github } from './github.ts';
import { platform } from './platform/platform.ts';
import type { Provider } from './provider.ts';

/** The providers that a source can name as its `scheme`; each is one file. */
export const providers = {
  github,
  platform,
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;
