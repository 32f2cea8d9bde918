import { botFramework } from './bot-framework.ts';
import { github } from './github.ts';
import { hubspot } from './hubspot.ts';
import { jwt } from './jwt.ts';
import { messagebird } from './messagebird.ts';
import type { Provider } from './provider.ts';
import { twilio } from './twilio.ts';

/** The providers that a source can name as its `scheme`; each is one file. */
export const providers = {
  'bot-framework': botFramework,
  github,
  hubspot,
  jwt,
  messagebird,
  twilio,
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;
