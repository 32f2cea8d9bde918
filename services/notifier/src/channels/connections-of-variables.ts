import type { Auth } from '@switchboard/outbound';
import { ConfigError } from '@switchboard/service';
import type { Connection } from '@switchboard/systems';
import type { NotifierConfig } from '../config.ts';
import { splitSmtpUrl } from './smtp-url.ts';

type Defaults = { readonly [R in 'chat' | 'slack' | 'email']?: Connection };

/**
 * The connections of tenants that have none of their own.
 * @throws ConfigError when only one of two variables is set that need each other
 */
export function connectionsOfVariables(config: NotifierConfig): Defaults {
  const problems: string[] = [];

  /** Both settings, or neither. */
  function both(
    one: 'CHAT_URL' | 'SLACK_URL' | 'SMTP_URL',
    other: 'CHAT_API_KEY' | 'SLACK_TOKEN' | 'EMAIL_FROM',
  ): readonly [string, string] | undefined {
    const [url, value] = [config[one], config[other]];
    if (url === undefined) return undefined;
    if (value !== undefined) return [url, value];
    problems.push(`${other} is not set: ${one} needs it`);
    return undefined;
  }

  const chat = both('CHAT_URL', 'CHAT_API_KEY');
  const slack = both('SLACK_URL', 'SLACK_TOKEN');
  const email = both('SMTP_URL', 'EMAIL_FROM');
  if (problems.length > 0) throw new ConfigError(problems);
  const { SLACK_AGENTS_CHANNEL: agentsChannel } = config;
  return {
    ...(chat && { chat: { ...all('chat', 'http', chat[0], bearer(chat[1])), role: 'chat' } }),
    ...(slack && {
      slack: {
        ...all('slack', 'slack', slack[0], bearer(slack[1]), agentsChannel === undefined ? {} : { agentsChannel }),
        role: 'slack',
      },
    }),
    ...(email && { email: emailOf(email[0], email[1]) }),
  };
}

function emailOf(smtpUrl: string, from: string): Connection {
  const { url, auth, requireTLS } = splitSmtpUrl(smtpUrl);
  return { ...all('smtp', 'smtp', url, auth, { from, ...(requireTLS && { requireTLS }) }), role: 'email' };
}

const bearer = (token: string): Auth => ({ kind: 'bearer', token });

const all = (
  name: string,
  kind: string,
  url: string,
  auth: Auth | undefined,
  settings: Connection['settings'] = {},
) => ({
  ...{ name, tenant: undefined, kind, url, auth, settings },
});
