import type { ConsumerContext } from '@switchboard/consumer';
import { createWebhookSigner } from '@switchboard/outbound';
import { ConfigError, commaSeparated } from '@switchboard/service';
import type { NotifierConfig } from '../config.ts';
import type { Channel } from '../policy.ts';
import type { Send } from './channel.ts';
import { createChat } from './chat.ts';
import { createEmail } from './email.ts';
import { createSlack } from './slack.ts';
import { createWebhook } from './webhook.ts';

export type Outlets = { readonly [C in Channel]?: Send };

/** The configured channels. */
export function openOutlets(context: ConsumerContext<NotifierConfig>): Outlets {
  const { config, target, guardedTarget, logger, tracer, health, onStop } = context;
  const outlets: { [C in Channel]?: Send } = {};
  const problems: string[] = [];

  /** Both settings, or neither. */
  function both(
    one: 'CHAT_URL' | 'SLACK_URL' | 'SMTP_URL',
    other: keyof NotifierConfig,
  ): readonly [string, string] | undefined {
    const [url, value] = [config[one], config[other]];
    if (url === undefined) return undefined;
    if (typeof value === 'string') return [url, value];
    problems.push(`${other} is not set: ${one} needs it`);
    return undefined;
  }

  const chat = both('CHAT_URL', 'CHAT_API_KEY');
  const slack = both('SLACK_URL', 'SLACK_TOKEN');
  const smtp = both('SMTP_URL', 'EMAIL_FROM');
  if (slack !== undefined && config.SLACK_AGENTS_CHANNEL === undefined) {
    logger.warn('SLACK_AGENTS_CHANNEL is not set: escalations notify no agents');
  }
  if (problems.length > 0) throw new ConfigError(problems);

  if (chat !== undefined) {
    const [baseUrl, token] = chat;
    outlets.chat = createChat(target({ name: 'chat', baseUrl, auth: { kind: 'bearer', token } }));
  }
  if (slack !== undefined) {
    const [baseUrl, token] = slack;
    outlets.slack = createSlack(target({ name: 'slack', baseUrl, auth: { kind: 'bearer', token } }));
  }
  if (smtp !== undefined) {
    const [url, from] = smtp;
    const email = createEmail({ url, from });
    const call = { kind: 'client', name: 'SEND smtp', attributes: () => ({ 'service.peer.name': 'smtp' }) } as const;
    outlets.email = (message, signal) => tracer.span(call, () => email.send(message, signal));
    onStop('smtp', email.close);
    health.add('smtp', email.check);
  }
  if (config.WEBHOOKS) {
    const allow = commaSeparated(config.WEBHOOK_ALLOW);
    const { WEBHOOK_SECRET: secret } = config;
    const sign = secret === undefined ? undefined : createWebhookSigner('webhook', secret);
    outlets.webhook = createWebhook(guardedTarget({ name: 'webhook', allow, httpsOnly: true }), sign);
  }
  return outlets;
}
