import type { ConsumerContext } from '@switchboard/consumer';
import { createWebhookSigner } from '@switchboard/outbound';
import { commaSeparated } from '@switchboard/service';
import { type Connection, createSystems, openForService, targetOptions } from '@switchboard/systems';
import type { NotifierConfig } from '../config.ts';
import type { Channel } from '../policy.ts';
import type { Outlet } from './channel.ts';
import { channelKinds, MESSAGES_PATH } from './channel-kinds.ts';
import { createChat } from './chat.ts';
import { connectionsOfVariables } from './connections-of-variables.ts';
import { createEmail } from './email.ts';
import { createSlack, MAX_RESPONSE_BYTES } from './slack.ts';
import { smtpServerOf } from './smtp-url.ts';
import { createWebhook } from './webhook.ts';

/** The outside systems of the channels. */
export interface Outlets {
  /** Undefined if the tenant has none for the channel. */
  of(tenant: string, channel: Channel): Outlet | undefined;
  /** The Slack channel of the tenant's agents. */
  agentsChannelOf(tenant: string): string | undefined;
}

/** Many mail servers take no more from one client, and a server that hangs leaves the handlers to the other channels. */
const MAILS_AT_ONCE = 5;

/**
 * Opens the channels: those of the variables, and those that tenants have of their own.
 * @throws ConfigError when the variables or the file cannot be used
 */
export async function openOutlets(context: ConsumerContext<NotifierConfig>): Promise<Outlets> {
  const { config, logger, onStop } = context;
  const defaults = connectionsOfVariables(config);
  if (defaults.slack !== undefined && config.SLACK_AGENTS_CHANNEL === undefined) {
    logger.warn('SLACK_AGENTS_CHANNEL is not set: escalations notify no agents');
  }
  const connections = await openForService(context, channelKinds, defaults);
  const open = { chat: openChat, slack: openSlack, email: openEmail } as const;
  const systemsOf = (role: keyof typeof open) => {
    const systems = createSystems({ connections, role, open: (connection) => open[role](connection, context) });
    onStop(role, systems.close);
    return systems;
  };
  const systems = { chat: systemsOf('chat'), slack: systemsOf('slack'), email: systemsOf('email') };
  const webhook = openWebhook(context);
  return {
    of: (tenant, channel) => (channel === 'webhook' ? webhook : systems[channel].of(tenant)[0]?.system),
    agentsChannelOf: (tenant) => connections.of(tenant, 'slack')[0]?.settings.agentsChannel,
  };
}

type Context = ConsumerContext<NotifierConfig>;
type OpenOutlet = Outlet & { close(): Promise<void> };

function openChat(connection: Connection, { target }: Context): OpenOutlet {
  const chat = target(targetOptions(connection));
  const send = createChat(chat, connection.settings.path ?? MESSAGES_PATH);
  return { name: connection.name, send, close: chat.close };
}

function openSlack(connection: Connection, { target }: Context): OpenOutlet {
  const slack = target({ ...targetOptions(connection), maxResponseBytes: MAX_RESPONSE_BYTES });
  return { name: connection.name, send: createSlack(slack), close: slack.close };
}

/** As a target does for HTTP, it tells the runtime whether the server can be used. */
function openEmail(connection: Connection, { tracer, health, availability }: Context): OpenOutlet {
  const { name, tenant, settings, ratePerSecond } = connection;
  const concurrency = connection.concurrency ?? MAILS_AT_ONCE;
  const server = smtpServerOf(connection);
  const email = createEmail({ name, server, from: settings.from ?? '', concurrency, ratePerSecond });
  const call = { kind: 'client', name: 'SEND smtp', attributes: () => ({ 'service.peer.name': name }) } as const;
  if (tenant === undefined) health.add(name, email.check);
  availability.knows(name);
  return {
    name,
    send: (message, signal) =>
      tracer.span(call, async () => {
        const startedAt = Date.now();
        const id = await email.send(message, signal);
        availability.succeeded(name, startedAt);
        return id;
      }),
    close: async () => email.close(),
  };
}

/** Without a secret, a receiver could not tell our calls from those of anybody else, so there are none. */
function openWebhook({ config, guardedTarget, logger }: Context): Outlet | undefined {
  const { WEBHOOKS, WEBHOOK_SECRET: secret, WEBHOOK_ALLOW } = config;
  if (!WEBHOOKS) return undefined;
  if (secret === undefined) {
    logger.warn("WEBHOOK_SECRET is not set: people's own webhooks are not called");
    return undefined;
  }
  const allow = commaSeparated(WEBHOOK_ALLOW);
  const sign = createWebhookSigner('webhook', secret);
  return { name: 'webhook', send: createWebhook(guardedTarget({ name: 'webhook', allow, httpsOnly: true }), sign) };
}
