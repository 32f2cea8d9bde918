import { api } from './api.ts';
import { basic } from './basic.ts';
import { botFramework } from './bot-framework.ts';
import { chatwoot } from './chatwoot.ts';
import { discord } from './discord.ts';
import { freshchat } from './freshchat.ts';
import { front } from './front.ts';
import { github } from './github.ts';
import { hmac } from './hmac.ts';
import { hubspot } from './hubspot.ts';
import { intercom } from './intercom.ts';
import { jwt } from './jwt.ts';
import { line } from './line.ts';
import { messagebird } from './messagebird.ts';
import { meta } from './meta.ts';
import { platform } from './platform/platform.ts';
import type { Provider } from './provider.ts';
import { shopify } from './shopify.ts';
import { slack } from './slack.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { staticHeader } from './static-header.ts';
import { stripe } from './stripe.ts';
import { sunshine } from './sunshine.ts';
import { telegram } from './telegram.ts';
import { twilio } from './twilio.ts';
import { viber } from './viber.ts';
import { zendesk } from './zendesk.ts';

/** The providers that a source can name as its `scheme`; each is one file. */
export const providers = {
  api,
  basic,
  'bot-framework': botFramework,
  chatwoot,
  discord,
  freshchat,
  front,
  github,
  hmac,
  hubspot,
  intercom,
  jwt,
  line,
  messagebird,
  meta,
  platform,
  shopify,
  slack,
  'standard-webhooks': standardWebhooks,
  'static-header': staticHeader,
  stripe,
  sunshine,
  telegram,
  twilio,
  viber,
  zendesk,
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

export const providerNames = Object.keys(providers) as readonly ProviderName[];
