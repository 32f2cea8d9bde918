import { api } from './api.ts';
import { github } from './github.ts';
import { platform } from './platform.ts';
import type { Provider } from './provider.ts';

/** The providers that a source can name as its `scheme`; each is one file. */
export const providers = {
  platform,
  api,
  github,
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

export const providerNames = Object.keys(providers) as readonly ProviderName[];
