import { chatwoot } from './chatwoot.ts';
import { front } from './front.ts';
import { github } from './github.ts';
import { intercom } from './intercom.ts';
import { line } from './line.ts';
import { meta } from './meta.ts';
import { platform } from './platform/platform.ts';
import type { Provider } from './provider.ts';
import { shopify } from './shopify.ts';
import { slack } from './slack.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';
import { sunshine } from './sunshine.ts';
import { telegram } from './telegram.ts';
import { viber } from './viber.ts';
import { zendesk } from './zendesk.ts';

/** The providers that a source can name as its `scheme`; each is one file. */
export const providers = {
  chatwoot,
  front,
  github,
  intercom,
  line,
  meta,
  platform,
  shopify,
  slack,
  'standard-webhooks': standardWebhooks,
  stripe,
  sunshine,
  telegram,
  viber,
  zendesk,
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;
