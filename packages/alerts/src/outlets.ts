import { createGuardedTarget, createTarget, createWebhookSigner } from '@switchboard/outbound';
import { ConfigError, commaSeparated } from '@switchboard/service';
import { createTransport } from 'nodemailer';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { AlertText } from './alert.ts';
import type { AlertConfig } from './config.ts';
import type { Outlet } from './delivery.ts';

interface Parts {
  readonly logger: Logger;
  readonly metrics: Registry;
}

const TIMEOUT_MS = 10_000;

/**
 * The destinations that the variables name.
 * @throws ConfigError
 */
export function openOutlets(config: AlertConfig, parts: Parts): Outlet[] {
  const problems: string[] = [];
  const { ALERT_SLACK_TOKEN: token, ALERT_SLACK_CHANNEL: channel, ALERT_SLACK_WEBHOOK_URL: hook } = config;
  const { ALERT_SMTP_URL: smtp, ALERT_EMAIL_FROM: from, ALERT_EMAIL_TO: to } = config;
  const { ALERT_WEBHOOK_URL: webhook, ALERT_WEBHOOK_SECRET: secret } = config;
  const together = (what: string, ...values: readonly unknown[]): void => {
    const given = values.filter((value) => value !== undefined).length;
    if (given > 0 && given < values.length) problems.push(`${what} must be set together`);
  };
  together('ALERT_SLACK_TOKEN and ALERT_SLACK_CHANNEL', token, channel);
  together('ALERT_SMTP_URL, ALERT_EMAIL_FROM and ALERT_EMAIL_TO', smtp, from, to);
  together('ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET', webhook, secret);
  for (const [name, url] of Object.entries({ ALERT_SLACK_WEBHOOK_URL: hook, ALERT_WEBHOOK_URL: webhook })) {
    if (url !== undefined && !isSafe(url)) problems.push(`${name} must be an https URL, or one of http on loopback`);
  }
  if (smtp !== undefined && !/^smtps?:$/.test(URL.parse(smtp)?.protocol ?? '')) {
    problems.push('ALERT_SMTP_URL must be of the form smtp://user:password@host:port, or smtps://…');
  }
  if (problems.length > 0) throw new ConfigError(problems);

  const outlets: Outlet[] = [];
  if (token !== undefined && channel !== undefined) {
    outlets.push(slackApp({ baseUrl: config.ALERT_SLACK_URL, token, channel }, parts));
  }
  if (hook !== undefined) outlets.push(slackWebhook(hook, parts));
  if (smtp !== undefined && from !== undefined && to !== undefined) {
    outlets.push(email({ url: smtp, from, to: commaSeparated(to) }));
  }
  if (webhook !== undefined && secret !== undefined) outlets.push(signedWebhook({ url: webhook, secret }, parts));
  return outlets;
}

const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

function isSafe(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
}

/** Slack's own escapes; nothing in the text is a link or a mention. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const slackText = ({ title, lines, runbook }: AlertText): string =>
  [title, ...lines, `Runbook: ${runbook}`].map(escaped).join('\n');

const PLAIN = { mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false };

function slackApp(options: { baseUrl: string; token: string; channel: string }, parts: Parts): Outlet {
  const { baseUrl, token, channel } = options;
  const target = createTarget({ name: 'alerts-slack', baseUrl, auth: { kind: 'bearer', token }, ...parts });
  return {
    name: 'slack',
    async send(alert, _id, signal) {
      const body = { channel, text: slackText(alert), ...PLAIN };
      const answer = await target.request({ method: 'POST', path: '/api/chat.postMessage', body, signal });
      const { ok, error } = (answer.body ?? {}) as { ok?: boolean; error?: string };
      if (ok === true) return;
      const code = /^[a-z_]{1,50}$/.test(error ?? '') ? error : 'no_ok';
      throw Object.assign(new Error(`slack answered ${code}`), { code });
    },
    close: target.close,
  };
}

/** A target of one address that is a secret, so messages show neither path nor query. */
function secretTarget(name: string, url: string, parts: Parts) {
  const hostname = (URL.parse(url)?.hostname ?? '').replace(/^\[|\]$/g, '');
  return createGuardedTarget({ name, allow: [hostname], httpsOnly: true, timeoutMs: TIMEOUT_MS, ...parts });
}

function slackWebhook(url: string, parts: Parts): Outlet {
  const target = secretTarget('alerts-slack', url, parts);
  return {
    name: 'slack',
    async send(alert, _id, signal) {
      await target.request({ method: 'POST', url, body: { text: slackText(alert), mrkdwn: false }, signal });
    },
    close: target.close,
  };
}

function signedWebhook({ url, secret }: { url: string; secret: string | undefined }, parts: Parts): Outlet {
  const target = secretTarget('alerts-webhook', url, parts);
  const sign = secret === undefined ? undefined : createWebhookSigner('alerts-webhook', secret);
  return {
    name: 'webhook',
    async send({ lines, ...alert }, id, signal) {
      const headers = { 'idempotency-key': id };
      const body = { type: 'alert', id, ...alert, message: lines.join('\n') };
      const signed = sign === undefined ? {} : { sign: (bytes: string) => sign(id, bytes) };
      await target.request({ method: 'POST', url, headers, body, signal, ...signed });
    },
    close: target.close,
  };
}

function email({ url, from, to }: { url: string; from: string; to: readonly string[] }): Outlet {
  const { protocol, username, hostname } = new URL(url);
  const transport = createTransport({
    url,
    // Credentials never go over a network in the clear.
    requireTLS: protocol === 'smtp:' && username !== '' && !isLoopback(hostname),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>.*$/, '');
  return {
    name: 'email',
    async send({ severity, title, lines, runbook }, id, signal) {
      await transport.sendMail({
        from,
        to: to.map((address) => ({ name: '', address })),
        subject: `[${severity}] ${title}`,
        text: [title, '', ...lines, '', `Runbook: ${runbook}`].join('\n'),
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      });
    },
    close: () => transport.close(),
  };
}
