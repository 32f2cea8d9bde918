import { platform } from './platform/platform.ts';
import type { Provider } from './provider.ts';
import { api } from './schemes/api.ts';
import { basic } from './schemes/basic.ts';
import { hmac } from './schemes/hmac.ts';
import { jwt } from './schemes/jwt.ts';
import { standardWebhooks } from './schemes/standard-webhooks.ts';
import { staticHeader } from './schemes/static-header.ts';
import { botFramework } from './vendors/bot-framework.ts';
import { chatwoot } from './vendors/chatwoot.ts';
import { discord } from './vendors/discord.ts';
import { freshchat } from './vendors/freshchat.ts';
import { front } from './vendors/front.ts';
import { github } from './vendors/github.ts';
import { hubspot } from './vendors/hubspot.ts';
import { intercom } from './vendors/intercom.ts';
import { line } from './vendors/line.ts';
import { messagebird } from './vendors/messagebird.ts';
import { meta } from './vendors/meta.ts';
import { shopify } from './vendors/shopify.ts';
import { slack } from './vendors/slack.ts';
import { stripe } from './vendors/stripe.ts';
import { sunshine } from './vendors/sunshine.ts';
import { telegram } from './vendors/telegram.ts';
import { twilio } from './vendors/twilio.ts';
import { viber } from './vendors/viber.ts';
import { zendesk } from './vendors/zendesk.ts';

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
