import { basic } from './basic.ts';
import { botFramework } from './bot-framework.ts';
import { discord } from './discord.ts';
import { freshchat } from './freshchat.ts';
import { github } from './github.ts';
import { hmac } from './hmac.ts';
import { hubspot } from './hubspot.ts';
import { jwt } from './jwt.ts';
import { messagebird } from './messagebird.ts';
import type { Provider } from './provider.ts';
import { staticHeader } from './static-header.ts';
import { twilio } from './twilio.ts';

/** The providers that a source can name as its `scheme`; each is one file. */
export const providers = {
  basic,
  'bot-framework': botFramework,
  discord,
  freshchat,
  github,
  hmac,
  hubspot,
  jwt,
  messagebird,
  'static-header': staticHeader,
  twilio,
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;
